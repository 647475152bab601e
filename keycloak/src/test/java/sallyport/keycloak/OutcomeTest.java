package sallyport.keycloak;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.keycloak.models.Constants;
import org.keycloak.sessions.AuthenticationSessionModel;

class OutcomeTest {
    private final Map<String, String> auth = new HashMap<>();
    private final Map<String, String> user = new HashMap<>();

    @Test
    void aPassTakesBackTheLevelTheProofAndTheReference() {
        auth.put(Constants.LEVEL_OF_AUTHENTICATION, "1");
        auth.put(Constants.LOA_MAP, "{\"1\":5}");
        user.put(Outcome.AMR, "[\"otp\"]");
        user.put(Outcome.AUTH_TIME, "7");
        for (String step : new String[] {"step-2", "step-3"}) Outcome.unproven(tab(), step, "exempt");
        auth.put(Constants.LEVEL_OF_AUTHENTICATION, "3");
        user.put(Constants.AUTHENTICATORS_COMPLETED, "{\"password\":5,\"step-2\":8,\"step-3\":9}");

        Outcome.lower(tab());
        assertEquals("1", auth.get(Constants.LEVEL_OF_AUTHENTICATION));
        assertEquals(Map.of(Outcome.ACR, "exempt", Constants.LOA_MAP, "{\"1\":5}", Constants.AUTHENTICATORS_COMPLETED, "{\"password\":5}"), user);
    }

    @Test
    void aProofIsLeftAsItIs() {
        user.put(Constants.AUTHENTICATORS_COMPLETED, "{\"step-2\":8}");
        Outcome.lower(tab());
        assertEquals(Map.of(Constants.AUTHENTICATORS_COMPLETED, "{\"step-2\":8}"), user);
    }

    /** Notes, and nothing else of a session. */
    private AuthenticationSessionModel tab() {
        Class<?>[] types = {AuthenticationSessionModel.class};
        return (AuthenticationSessionModel) Proxy.newProxyInstance(OutcomeTest.class.getClassLoader(), types, (proxy, method, given) -> switch (method.getName()) {
            case "getAuthNote" -> auth.get(given[0]);
            case "setAuthNote" -> auth.put((String) given[0], (String) given[1]);
            case "getUserSessionNotes" -> user;
            case "setUserSessionNote" -> given[1] == null ? user.remove(given[0]) : user.put((String) given[0], (String) given[1]);
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }
}
