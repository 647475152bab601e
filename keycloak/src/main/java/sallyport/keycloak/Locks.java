package sallyport.keycloak;

import org.keycloak.authentication.authenticators.util.AuthenticatorUtils;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserLoginFailureModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.managers.BruteForceProtector;

/** Whom Keycloak's brute-force detection has locked, or who was deleted in the meantime, is sent nowhere. */
final class Locks {
    private static final int TRIES = 20;
    private static final long PAUSE_MS = 50;

    private Locks() {}

    static void check(KeycloakSession session, UserModel user) throws StepUpFailed {
        if (user == null) throw new StepUpFailed(Trouble.NO_SESSION, "the user was deleted during the sign-in");
        String error = errorOf(session, user);
        // It says the same of whom another request is about just now, and be it the one that led here.
        for (int tries = 1; error != null && tries < TRIES && !isLocked(session, user); tries++) {
            pause();
            error = errorOf(session, user);
        }
        if (error != null) throw new StepUpFailed(Trouble.LOCKED, "Keycloak's brute-force detection says " + error);
    }

    private static String errorOf(KeycloakSession session, UserModel user) {
        BruteForceProtector protector = session.getProvider(BruteForceProtector.class);
        return AuthenticatorUtils.getDisabledByBruteForceEventError(protector, session, session.getContext().getRealm(), user);
    }

    private static boolean isLocked(KeycloakSession session, UserModel user) {
        RealmModel realm = session.getContext().getRealm();
        UserLoginFailureModel failures = session.loginFailures().getUserLoginFailure(realm, user.getId());
        return !user.isEnabled() || failures != null && Time.currentTimeMillis() / 1000 < failures.getFailedLoginNotBefore();
    }

    private static void pause() throws StepUpFailed {
        try {
            Thread.sleep(PAUSE_MS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new StepUpFailed(Trouble.UNAVAILABLE, "Keycloak is being stopped", stopping);
        }
    }
}
