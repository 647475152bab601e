package sallyport.keycloak;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriBuilder;
import jakarta.ws.rs.ext.Provider;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.managers.AuthenticationSessionManager;
import org.keycloak.services.managers.ClientSessionCode;
import org.keycloak.services.resource.RealmResourceProvider;
import org.keycloak.services.resources.LoginActionsService;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * {@code /realms/{realm}/sallyport/callback}: the one address to which Sallyport sends browsers back. It judges nothing of what it
 * hears; it parks the answer with the tab that it belongs to and has the flow go on there.
 */
@Provider
public class Callback implements RealmResourceProvider {
    static final String PATH = "callback";

    private static final int STATE_MAX = 512;
    private static final int CODE_MAX = 2048;
    private static final String CLIENT = "[\\x21-\\x7e]{1,255}";
    private static final long ONCE_SECONDS = 3600;

    private final KeycloakSession session;

    Callback(KeycloakSession session) {
        this.session = session;
    }

    @Override
    public Object getResource() {
        return this;
    }

    @Override
    public void close() {}

    @GET
    @Path(PATH)
    public Response back() {
        AuthenticationSessionModel tab = null;
        StepUpFailed failed;
        try {
            MultivaluedMap<String, String> query = session.getContext().getUri().getQueryParameters();
            String state = only(query, "state", STATE_MAX);
            tab = tabOf(state);
            Attempt attempt = sentFrom(tab, state);
            if (!attempt.issuer().equals(only(query, "iss", STATE_MAX)))
                throw new StepUpFailed(Trouble.STRANGER, "issuer: iss in the answer is not " + attempt.issuer());
            Attempt answered = attempt.answered(isError(query) ? null : only(query, "code", CODE_MAX), isError(query) ? errorIn(query) : null);
            once(state);
            answered.keep(tab);
            return Response.seeOther(onward(tab, attempt)).build();
        } catch (StepUpFailed why) {
            failed = why;
        } catch (RuntimeException thrown) {
            failed = Pages.unforeseen(thrown);
        }
        Pages.tell(session, event(tab), "callback", failed);
        return Pages.alone(session, tab, failed);
    }

    /** The browser's own cookie says which sessions are its own; a state that was carried elsewhere finds none. */
    private AuthenticationSessionModel tabOf(String state) throws StepUpFailed {
        RealmModel realm = session.getContext().getRealm();
        String[] parts = state.split("\\.", -1);
        String id = parts.length == 3 ? decoded(parts[2]) : "";
        // Not every database can be asked for what is no text.
        ClientModel client = id.matches(CLIENT) ? realm.getClientById(id) : null;
        if (client == null) throw new StepUpFailed(Trouble.STRANGER, "state is none of ours");
        // Keycloak 26.5 would answer this with a fault of its own.
        if (!client.isEnabled()) throw new StepUpFailed(Trouble.NO_SESSION, "the application was disabled during the sign-in");
        session.getContext().setClient(client);
        AuthenticationSessionModel tab = new AuthenticationSessionManager(session).getCurrentAuthenticationSession(realm, client, parts[1]);
        if (tab == null) throw new StepUpFailed(Trouble.NO_SESSION, "this browser has no sign-in under way in that tab: it is over, or was begun in another browser");
        session.getContext().setAuthenticationSession(tab);
        return tab;
    }

    private Attempt sentFrom(AuthenticationSessionModel tab, String state) throws StepUpFailed {
        Attempt attempt = Attempt.find(tab);
        boolean isIt = attempt != null && attempt.state() != null && MessageDigest.isEqual(bytes(attempt.state()), bytes(state));
        if (!isIt) throw new StepUpFailed(Trouble.STRANGER, "state is not the one that is waited for: a newer step-up was begun, or this answer came before");
        return attempt;
    }

    /** Of two that bring the same at once, one goes on. */
    private void once(String state) throws StepUpFailed {
        if (!session.singleUseObjects().putIfAbsent("sallyport." + state, ONCE_SECONDS))
            throw new StepUpFailed(Trouble.STRANGER, "state was used before");
    }

    private static boolean isError(MultivaluedMap<String, String> query) throws StepUpFailed {
        boolean isError = query.containsKey("error");
        if (isError == query.containsKey("code")) throw new StepUpFailed(Trouble.STRANGER, "the answer has both a code and an error, or neither");
        return isError;
    }

    private static String errorIn(MultivaluedMap<String, String> query) throws StepUpFailed {
        String error = only(query, "error", 64);
        if (!error.matches("[a-z_]+")) throw new StepUpFailed(Trouble.STRANGER, "error is no error code");
        return error;
    }

    /** A fresh code for the action URL: the one that the flow had is used up, and would stand in a long-lived address. */
    private URI onward(AuthenticationSessionModel tab, Attempt attempt) {
        RealmModel realm = tab.getRealm();
        UriBuilder base = LoginActionsService.loginActionsBaseUrl(session.getContext().getUri()).path(attempt.path());
        return base.queryParam("session_code", new ClientSessionCode<>(session, realm, tab).getOrGenerateCode())
                .queryParam("execution", attempt.execution())
                .queryParam("client_id", "{client}")
                .queryParam("tab_id", tab.getTabId())
                .build(realm.getName(), tab.getClient().getClientId());
    }

    private EventBuilder event(AuthenticationSessionModel tab) {
        EventBuilder event = new EventBuilder(session.getContext().getRealm(), session, session.getContext().getConnection()).event(EventType.LOGIN);
        if (tab == null) return event;
        event.client(tab.getClient()).detail(Details.CODE_ID, tab.getParentSession().getId());
        return tab.getAuthenticatedUser() == null ? event : event.user(tab.getAuthenticatedUser());
    }

    private static String only(MultivaluedMap<String, String> query, String name, int max) throws StepUpFailed {
        List<String> values = query.get(name);
        boolean isOne = values != null && values.size() == 1 && !values.get(0).isEmpty() && values.get(0).length() <= max;
        if (!isOne) throw new StepUpFailed(Trouble.STRANGER, "the answer has not one " + name);
        return values.get(0);
    }

    private static String decoded(String part) throws StepUpFailed {
        try {
            return new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notBase64) {
            throw new StepUpFailed(Trouble.STRANGER, "state is none of ours");
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
