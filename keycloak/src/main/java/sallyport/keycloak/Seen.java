package sallyport.keycloak;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.keycloak.models.AuthenticationExecutionModel;
import org.keycloak.models.Constants;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.oidc.utils.AmrUtils;

/**
 * What Keycloak itself saw proven in this sign-in or session: the references of the executions that are done, and when the last of
 * them was.
 *
 * @param at null where there is none
 */
record Seen(List<String> amr, Long at) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int METHODS_MAX = 20;

    static Seen of(Place place) {
        RealmModel realm = place.realm();
        Map<String, Integer> done = new HashMap<>();
        UserSessionModel live = place.live();
        if (live != null) done.putAll(parse(live.getNote(Constants.AUTHENTICATORS_COMPLETED)));
        done.putAll(parse(place.tab().getUserSessionNotes().get(Constants.AUTHENTICATORS_COMPLETED)));
        done.keySet().removeIf(execution -> isOurs(realm, execution) || !hasReference(realm, done, execution));

        List<String> amr = AmrUtils.getAuthenticationExecutionReferences(done, realm).stream().distinct().limit(METHODS_MAX).toList();
        Long at = amr.isEmpty() ? null : done.values().stream().mapToLong(Integer::longValue).max().getAsLong();
        return new Seen(amr, at);
    }

    /** What Sallyport answered before is nothing that Keycloak saw, and would come back to it as somebody else's word. */
    private static boolean isOurs(RealmModel realm, String execution) {
        AuthenticationExecutionModel step = realm.getAuthenticationExecutionById(execution);
        return step != null && SallyportAuthenticatorFactory.ID.equals(step.getAuthenticator());
    }

    private static boolean hasReference(RealmModel realm, Map<String, Integer> done, String execution) {
        return !AmrUtils.getAuthenticationExecutionReferences(Map.of(execution, done.get(execution)), realm).isEmpty();
    }

    private static Map<String, Integer> parse(String note) {
        try {
            return note == null ? Map.of() : JSON.readValue(note, new TypeReference<Map<String, Integer>>() {});
        } catch (JsonProcessingException foreign) {
            return Map.of();
        }
    }
}
