package sallyport.keycloak;

import org.keycloak.authentication.authenticators.util.AuthenticatorUtils;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.services.managers.BruteForceProtector;

/** Whom Keycloak's brute-force detection has locked, or who was deleted in the meantime, is sent nowhere. */
final class Locks {
    private Locks() {}

    static void check(KeycloakSession session, UserModel user) throws StepUpFailed {
        if (user == null) throw new StepUpFailed(Trouble.NO_SESSION, "the user was deleted during the sign-in");
        BruteForceProtector protector = session.getProvider(BruteForceProtector.class);
        String error = AuthenticatorUtils.getDisabledByBruteForceEventError(protector, session, session.getContext().getRealm(), user);
        if (error != null) throw new StepUpFailed(Trouble.LOCKED, "Keycloak's brute-force detection says " + error);
    }
}
