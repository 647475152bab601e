package sallyport.keycloak;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.keycloak.authentication.AuthenticationFlowCallback;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.authentication.AuthenticationFlowError;
import org.keycloak.models.AuthenticationFlowModel;
import org.keycloak.models.AuthenticatorConfigModel;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.services.resources.LoginActionsService;
import org.keycloak.sessions.AuthenticationSessionModel;

/** The step after the password: out to Sallyport, and on only with an ID token that says what was asked. */
final class SallyportAuthenticator implements AuthenticationFlowCallback {
    /** Flows that a browser walks and in which this step is. */
    private static final Set<String> PATHS = Set.of(LoginActionsService.AUTHENTICATE_PATH, LoginActionsService.POST_BROKER_LOGIN_PATH);
    /** Others that a browser walks. A page can be shown there, and nowhere else. */
    private static final Set<String> PAGES = Set.of(
            LoginActionsService.REGISTRATION_PATH, LoginActionsService.RESET_CREDENTIALS_PATH, LoginActionsService.FIRST_BROKER_LOGIN_PATH);
    private static final String NO_BROWSER = "{\"error\":\"unauthorized_client\",\"error_description\":\"Sallyport asks in a browser, and this flow has none\"}";

    private final KeycloakSession session;
    private final MetadataCache cache;

    SallyportAuthenticator(KeycloakSession session, MetadataCache cache) {
        this.session = session;
        this.cache = cache;
    }

    /** Also what a refresh, Back or a restart comes to. */
    @Override
    public void authenticate(AuthenticationFlowContext context) {
        run(context, false);
    }

    /** The callback comes here with its answer parked, and the button of the error page without one. */
    @Override
    public void action(AuthenticationFlowContext context) {
        run(context, context.getHttpRequest().getDecodedFormParameters().containsKey("sallyport-retry"));
    }

    /** Every way out is here: whatever is not a verdict ends on a page. */
    private void run(AuthenticationFlowContext context, boolean isAnew) {
        String path = String.valueOf(context.getFlowPath());
        if (!PATHS.contains(path) && !PAGES.contains(path)) {
            context.challenge(Response.status(400).type(MediaType.APPLICATION_JSON_TYPE).entity(NO_BROWSER).build());
            return;
        }
        StepUpFailed failed;
        try {
            step(context, isAnew);
            return;
        } catch (StepUpFailed why) {
            failed = why;
        } catch (RuntimeException thrown) {
            failed = Pages.unforeseen(thrown);
        }
        Attempt.forget(context.getAuthenticationSession());
        Pages.tell(session, context.getEvent(), "execution " + aliasOf(context), failed);
        Response page = Pages.inFlow(context.form(), failed);
        // Keycloak counts every failure, whatever it is called. An outage must not lock anybody out.
        if (failed.trouble.counts()) context.failureChallenge(AuthenticationFlowError.INVALID_CREDENTIALS, page);
        else context.challenge(page);
    }

    private void step(AuthenticationFlowContext context, boolean isAnew) throws StepUpFailed {
        AuthenticationSessionModel tab = context.getAuthenticationSession();
        if (applicationOf(tab).isNone()) throw new StepUpFailed(Trouble.SILENT, "the application wants no question asked");
        if (!PATHS.contains(context.getFlowPath()))
            throw new StepUpFailed(Trouble.MISCONFIGURED, "this step does not work in the flow " + context.getFlowPath());
        Locks.check(session, context.getUser());
        Settings settings = settingsOf(context);
        StepUp stepUp = new StepUp(session, settings, cache);
        Place place = new Place(session, tab, context.getUser(), context.getFlowPath(), context.getExecution().getId(), "sign-in");

        Attempt attempt = Attempt.find(tab);
        boolean isBack = !isAnew && attempt != null && attempt.isAnswered() && attempt.isOf(place.execution(), place.user().getId(), settings);
        if (isBack) finish(context, stepUp, place, settings, attempt);
        else out(context, stepUp.send(place, asked(context, settings, false), isAnew));
    }

    private void finish(AuthenticationFlowContext context, StepUp stepUp, Place place, Settings settings, Attempt attempt) throws StepUpFailed {
        // What was asked then is not what is asked now: another application went on in this tab.
        Asked wanted = asked(context, settings, false);
        if (!attempt.asked().demandsWhat(wanted))
            throw new StepUpFailed(Trouble.EXPIRED, "what is asked changed in the meantime");
        Attempt.forget(place.tab());
        Verdict verdict = stepUp.redeem(attempt);
        if (verdict instanceof Verdict.Proven proven) {
            Outcome.proven(context.getEvent(), place.tab(), proven);
            context.success();
        } else if (verdict instanceof Verdict.Passed passed) {
            Outcome.passed(context.getEvent(), place, passed);
            context.success();
        } else if (verdict instanceof Verdict.Stale && !attempt.asked().login()) {
            out(context, stepUp.send(place, asked(context, settings, true), true));
        } else {
            throw new StepUpFailed(Trouble.BAD_TOKEN, "the ID token is refused: auth_time is before the step began, and a question was to be asked");
        }
    }

    private Asked asked(AuthenticationFlowContext context, Settings settings, boolean afresh) throws StepUpFailed {
        AuthenticationSessionModel tab = context.getAuthenticationSession();
        OptionalInt level = Level.of(context.getRealm(), context.getExecution(), tab);
        return Asked.of(settings, level, applicationOf(tab), afresh);
    }

    private static Asked.Application applicationOf(AuthenticationSessionModel tab) {
        boolean forced = Boolean.parseBoolean(tab.getClientNote(Constants.FORCE_LEVEL_OF_AUTHENTICATION));
        return new Asked.Application(forced, tab.getClientNote(OIDCLoginProtocol.PROMPT_PARAM), tab.getClientNote(OIDCLoginProtocol.MAX_AGE_PARAM));
    }

    private static void out(AuthenticationFlowContext context, URI to) {
        context.challenge(Response.seeOther(to).build());
    }

    private Settings settingsOf(AuthenticationFlowContext context) throws StepUpFailed {
        AuthenticatorConfigModel config = context.getAuthenticatorConfig();
        Map<String, String> given = config == null ? null : config.getConfig();
        return Settings.parse(given, Place.realmUrl(session));
    }

    private static String aliasOf(AuthenticationFlowContext context) {
        AuthenticatorConfigModel config = context.getAuthenticatorConfig();
        return config == null ? context.getExecution().getId() + " (it has no settings)" : "'" + config.getAlias() + "'";
    }

    @Override
    public void onParentFlowSuccess(AuthenticationFlowContext context) {}

    /** The LoA conditions have set their levels by now. */
    @Override
    public void onTopFlowSuccess(AuthenticationFlowModel topFlow) {
        Outcome.lower(session.getContext().getAuthenticationSession());
    }

    @Override
    public boolean requiresUser() {
        return true;
    }

    /** Who has which factor is known at Sallyport alone, and asked there. */
    @Override
    public boolean configuredFor(KeycloakSession session, RealmModel realm, UserModel user) {
        return true;
    }

    @Override
    public void setRequiredActions(KeycloakSession session, RealmModel realm, UserModel user) {}

    @Override
    public void close() {}
}
