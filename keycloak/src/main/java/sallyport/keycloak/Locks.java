package sallyport.keycloak;

import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserLoginFailureModel;
import org.keycloak.models.UserModel;

/** Whom Keycloak's brute-force detection has locked, or who was deleted in the meantime, is sent nowhere. */
final class Locks {
    private Locks() {}

    /**
     * Reads what Keycloak's own check reads, and does not call it: that also takes the one place each user has for a sign-in under way,
     * which would be held while Sallyport is called, and says of whom another request is about that they are locked.
     */
    static void check(KeycloakSession session, UserModel user) throws StepUpFailed {
        if (user == null) throw new StepUpFailed(Trouble.NO_SESSION, "the user was deleted during the sign-in");
        RealmModel realm = session.getContext().getRealm();
        if (!realm.isBruteForceProtected()) return;
        UserLoginFailureModel failures = session.loginFailures().getUserLoginFailure(realm, user.getId());
        String lock = lockOf(realm, user, failures, Time.currentTimeMillis() / 1000);
        if (lock != null) throw new StepUpFailed(Trouble.LOCKED, "Keycloak's brute-force detection " + lock);
    }

    /** Null: none. Whoever is disabled is locked out, for whatever reason: not every user can have one written down. */
    static String lockOf(RealmModel realm, UserModel user, UserLoginFailureModel failures, long now) {
        boolean isForGood = realm.isPermanentLockout() && failures != null && failures.getNumTemporaryLockouts() > realm.getMaxTemporaryLockouts();
        if (isForGood || !user.isEnabled()) return "or an administrator has disabled the user";
        return failures != null && now < failures.getFailedLoginNotBefore() ? "has locked the user for now" : null;
    }
}
