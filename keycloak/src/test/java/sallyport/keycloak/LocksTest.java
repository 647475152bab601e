package sallyport.keycloak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserLoginFailureModel;
import org.keycloak.models.UserModel;

class LocksTest {
    private static final String DISABLED = "or an administrator has disabled the user";
    private static final RealmModel FOR_NOW = Models.of(RealmModel.class, Map.of("isPermanentLockout", false));
    private static final RealmModel FOR_GOOD = Models.of(RealmModel.class, Map.of("isPermanentLockout", true, "getMaxTemporaryLockouts", 1));
    private static final UserModel USER = Models.of(UserModel.class, Map.of("isEnabled", true));

    private static UserLoginFailureModel failures(int notBefore, int lockouts) {
        return Models.of(UserLoginFailureModel.class, Map.of("getFailedLoginNotBefore", notBefore, "getNumTemporaryLockouts", lockouts));
    }

    @Test
    void whoNeverFailedIsFree() {
        assertNull(Locks.lockOf(FOR_NOW, USER, null, 1000));
        assertNull(Locks.lockOf(FOR_GOOD, USER, null, 1000));
    }

    @Test
    void aLockForNowEnds() {
        assertEquals("has locked the user for now", Locks.lockOf(FOR_NOW, USER, failures(1001, 5), 1000));
        assertNull(Locks.lockOf(FOR_NOW, USER, failures(1001, 5), 1001));
    }

    @Test
    void aLockForGoodDoesNot() {
        assertEquals(DISABLED, Locks.lockOf(FOR_GOOD, USER, failures(0, 2), 1000));
        assertNull(Locks.lockOf(FOR_GOOD, USER, failures(0, 1), 1000));
        assertEquals(DISABLED, Locks.lockOf(FOR_NOW, Models.of(UserModel.class, Map.of("isEnabled", false)), null, 1000));
    }
}
