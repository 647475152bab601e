package sallyport.keycloak;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.Constants;
import org.keycloak.models.UserSessionModel;
import org.keycloak.sessions.AuthenticationSessionModel;

/** What of a step-up is left in Keycloak: notes for tokens, details of the event, and whether a level was reached. */
final class Outcome {
    static final String ACR = "stepup.acr";
    static final String AMR = "stepup.amr";
    static final String AUTH_TIME = "stepup.auth_time";

    private static final String LEVEL_BEFORE = "sallyport.level-before";
    private static final String LEVELS_BEFORE = "sallyport.levels-before";
    private static final String PASSED = "sallyport.passed";
    private static final String NONE = "{}";
    private static final ObjectMapper JSON = new ObjectMapper();

    private Outcome() {}

    static void proven(EventBuilder event, AuthenticationSessionModel tab, Verdict.Proven proven) {
        String amr = json(proven.amr());
        note(tab, proven.acr(), amr, Long.toString(proven.authTime()));
        event.detail("stepup_acr", proven.acr()).detail("stepup_amr", amr).detail("stepup_auth_time", Long.toString(proven.authTime()));
        if (proven.jti() != null) event.detail("stepup_jti", proven.jti());
    }

    static void passed(EventBuilder event, Place place, Verdict.Passed passed) {
        AuthenticationSessionModel tab = place.tab();
        // What an earlier step-up left in a live session must not stand beside this one.
        UserSessionModel live = place.live();
        if (live != null) {
            live.removeNote(AMR);
            live.removeNote(AUTH_TIME);
        }
        event.detail("stepup_acr", passed.acr());
        unproven(tab, place.execution(), passed.acr());
    }

    static void unproven(AuthenticationSessionModel tab, String execution, String acr) {
        // Nor what one of a lower level left in this tab.
        tab.setUserSessionNote(AMR, null);
        tab.setUserSessionNote(AUTH_TIME, null);
        tab.setUserSessionNote(ACR, acr);
        tab.setAuthNote(PASSED, orElse(tab.getAuthNote(PASSED), "") + " " + execution);
        if (tab.getAuthNote(LEVEL_BEFORE) != null) return;
        tab.setAuthNote(LEVEL_BEFORE, orElse(tab.getAuthNote(Constants.LEVEL_OF_AUTHENTICATION), Integer.toString(Constants.NO_LOA)));
        tab.setAuthNote(LEVELS_BEFORE, orElse(tab.getAuthNote(Constants.LOA_MAP), NONE));
    }

    /**
     * A pass without proof is no level: Keycloak raises it because the step let the person pass, and here it is taken back, before the
     * token says anything.
     */
    static void lower(AuthenticationSessionModel tab) {
        String level = tab == null ? null : tab.getAuthNote(LEVEL_BEFORE);
        if (level == null) return;
        tab.setAuthNote(Constants.LEVEL_OF_AUTHENTICATION, level);
        tab.setAuthNote(Constants.LOA_MAP, tab.getAuthNote(LEVELS_BEFORE));
        tab.setUserSessionNote(Constants.LOA_MAP, tab.getAuthNote(LEVELS_BEFORE));
        String done = tab.getUserSessionNotes().get(Constants.AUTHENTICATORS_COMPLETED);
        if (done != null) tab.setUserSessionNote(Constants.AUTHENTICATORS_COMPLETED, without(tab.getAuthNote(PASSED), done));
    }

    /** A step that was done has its reference in {@code amr}, and one that let somebody pass has shown nothing. */
    private static String without(String executions, String done) {
        try {
            ObjectNode steps = JSON.readValue(done, ObjectNode.class);
            return steps.remove(List.of(executions.strip().split(" "))).toString();
        } catch (JsonProcessingException foreign) {
            return NONE;
        }
    }

    private static void note(AuthenticationSessionModel tab, String acr, String amr, String authTime) {
        tab.setUserSessionNote(ACR, acr);
        tab.setUserSessionNote(AMR, amr);
        tab.setUserSessionNote(AUTH_TIME, authTime);
    }

    private static String json(List<String> list) {
        try {
            return JSON.writeValueAsString(list);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String orElse(String given, String otherwise) {
        return given == null ? otherwise : given;
    }
}
