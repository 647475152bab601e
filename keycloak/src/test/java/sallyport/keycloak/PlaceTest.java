package sallyport.keycloak;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.UserSessionProvider;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.sessions.RootAuthenticationSessionModel;

class PlaceTest {
    private static UserModel user(String id) {
        return Models.of(UserModel.class, Map.of("getId", id));
    }

    private static Place place(UserSessionModel live) {
        Map<String, Object> found = new HashMap<>();
        found.put("getUserSession", live);
        KeycloakSession session = Models.of(KeycloakSession.class, Map.of("sessions", Models.of(UserSessionProvider.class, found)));
        Map<String, Object> tab = new HashMap<>();
        tab.put("getRealm", null);
        tab.put("getParentSession", Models.of(RootAuthenticationSessionModel.class, Map.of("getId", "1")));
        return new Place(session, Models.of(AuthenticationSessionModel.class, tab), user("ada"), "authenticate", "e1", "sign-in");
    }

    @Test
    void aLiveSessionIsOnesOwn() {
        UserSessionModel own = Models.of(UserSessionModel.class, Map.of("getUser", user("ada")));
        assertSame(own, place(own).live());
        assertNull(place(null).live());
        assertNull(place(Models.of(UserSessionModel.class, Map.of("getUser", user("bo")))).live());
    }

    @Test
    void thatOfADeletedUserIsNone() {
        Map<String, Object> nobody = new HashMap<>();
        nobody.put("getUser", null);
        assertNull(place(Models.of(UserSessionModel.class, nobody)).live());
    }
}
