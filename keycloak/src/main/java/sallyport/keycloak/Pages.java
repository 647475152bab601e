package sallyport.keycloak;

import jakarta.ws.rs.core.Response;
import org.jboss.logging.Logger;
import org.keycloak.events.EventBuilder;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.services.ErrorPage;
import org.keycloak.sessions.AuthenticationSessionModel;

/** How a step-up that came to nothing is told: to the person, in Keycloak's theme and language; to its events; to its log. */
final class Pages {
    private static final Logger LOG = Logger.getLogger("sallyport.keycloak");
    private static final String TEMPLATE = "sallyport.ftl";
    /** Ends a line, or makes what is around it look like something else. */
    static final String UNPRINTABLE = "[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]";
    private static final int LINE_MAX = 1000;

    private Pages() {}

    static StepUpFailed unforeseen(RuntimeException thrown) {
        return new StepUpFailed(Trouble.INTERNAL, "unforeseen: " + Traced.described(thrown), thrown);
    }

    /** @param form of the flow, so that the page can go on with it, and has "try another way" where the flow has one */
    static Response inFlow(LoginFormsProvider form, StepUpFailed failed) {
        return form.setError(failed.trouble.page())
                .setAttribute("sallyportRetry", failed.trouble.mayRetry())
                .setStatus(Response.Status.fromStatusCode(failed.trouble.status))
                .createForm(TEMPLATE);
    }

    /** Where no flow can go on. */
    static Response alone(KeycloakSession session, AuthenticationSessionModel tab, StepUpFailed failed) {
        return ErrorPage.error(session, tab, Response.Status.fromStatusCode(failed.trouble.status), failed.trouble.page());
    }

    /** @param where the alias of the settings, or what else an administrator finds the place by */
    static void tell(KeycloakSession session, EventBuilder event, String where, StepUpFailed failed) {
        event.detail("stepup_error", failed.trouble.event).error(failed.trouble.event);
        String realm = session.getContext().getRealm().getName();
        String line = plain("step-up failed: " + failed.trouble.event + ", realm " + realm + ", " + where + ": " + failed.getMessage());
        switch (failed.trouble) {
            case DENIED, EXPIRED, STRANGER, NO_SESSION, LOCKED, SILENT, UNMET -> LOG.info(line);
            case UNAVAILABLE, UNNAMED -> LOG.warn(line);
            case MISCONFIGURED, BAD_TOKEN -> LOG.error(line);
            case INTERNAL -> LOG.error(line, Traced.of(failed.getCause()));
        }
    }

    /** One line, whatever was quoted in it: nobody writes a second one into the log. */
    static String plain(String text) {
        String line = text.replaceAll(UNPRINTABLE, "?");
        return line.length() <= LINE_MAX ? line : line.substring(0, LINE_MAX) + "…";
    }
}
