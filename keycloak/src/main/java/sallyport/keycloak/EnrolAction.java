package sallyport.keycloak;

import jakarta.ws.rs.core.Response;
import org.keycloak.authentication.InitiatedActionSupport;
import org.keycloak.authentication.RequiredActionContext;
import org.keycloak.authentication.RequiredActionProvider;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RequiredActionConfigModel;
import org.keycloak.services.resources.LoginActionsService;
import org.keycloak.sessions.AuthenticationSessionModel;

/** Sends people to Sallyport to look after their own factors, by {@code kc_action=sallyport-enrol} or because an administrator wants it. */
final class EnrolAction implements RequiredActionProvider {
    private final KeycloakSession session;
    private final MetadataCache cache;

    EnrolAction(KeycloakSession session, MetadataCache cache) {
        this.session = session;
        this.cache = cache;
    }

    @Override
    public InitiatedActionSupport initiatedActionSupport() {
        return InitiatedActionSupport.SUPPORTED;
    }

    @Override
    public void evaluateTriggers(RequiredActionContext context) {}

    @Override
    public void requiredActionChallenge(RequiredActionContext context) {
        run(context, false);
    }

    @Override
    public void processAction(RequiredActionContext context) {
        run(context, context.getHttpRequest().getDecodedFormParameters().containsKey("sallyport-retry"));
    }

    private void run(RequiredActionContext context, boolean isAnew) {
        StepUpFailed failed;
        try {
            step(context, isAnew);
            return;
        } catch (StepUpFailed why) {
            failed = why;
        } catch (RuntimeException thrown) {
            failed = Pages.unforeseen(thrown);
        }
        AuthenticationSessionModel tab = context.getAuthenticationSession();
        Attempt.forget(tab);
        boolean isByApplication = EnrolActionFactory.ID.equals(tab.getClientNote(Constants.KC_ACTION));
        // Keycloak goes on with its event where this one ends.
        Pages.tell(session, context.getEvent().clone(), "required action " + EnrolActionFactory.ID, failed);
        if (failed.trouble == Trouble.DENIED && isByApplication) {
            context.cancel();
            return;
        }
        context.challenge(Pages.inFlow(context.form(), failed));
    }

    private void step(RequiredActionContext context, boolean isAnew) throws StepUpFailed {
        AuthenticationSessionModel tab = context.getAuthenticationSession();
        Locks.check(session, context.getUser());
        Settings settings = settingsOf(context);
        StepUp stepUp = new StepUp(session, settings, cache);
        Place place = new Place(session, tab, context.getUser(), LoginActionsService.REQUIRED_ACTION, EnrolActionFactory.ID, "enrol");
        Attempt attempt = Attempt.find(tab);
        boolean isBack = !isAnew && attempt != null && attempt.isAnswered() && attempt.isOf(place.execution(), place.user().getId(), settings);
        if (!isBack) {
            context.challenge(Response.seeOther(stepUp.send(place, Asked.ENROL, isAnew)).build());
            return;
        }
        Attempt.forget(tab);
        if (!(stepUp.redeem(attempt) instanceof Verdict.Proven))
            throw new StepUpFailed(Trouble.BAD_TOKEN, "the ID token is refused: it says nothing that was proven here and now");
        context.success();
    }

    private Settings settingsOf(RequiredActionContext context) throws StepUpFailed {
        RequiredActionConfigModel own = context.getConfig();
        String alias = own == null ? null : own.getConfigValue(EnrolActionFactory.SETTINGS);
        return Settings.parse(SettingsOfStep.find(context.getRealm(), alias), Place.realmUrl(session));
    }

    @Override
    public void close() {}
}
