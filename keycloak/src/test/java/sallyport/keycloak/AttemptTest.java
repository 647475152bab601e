package sallyport.keycloak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.keycloak.sessions.AuthenticationSessionModel;

class AttemptTest {
    private static final Asked ASKED = new Asked(List.of("mfa"), true, false, true, null);

    private static Attempt sent() {
        return new Attempt("s", "n", "v", "r", "u", "https://2fa.example.com", "sso", "k", "authenticate", "e1", "user-1", ASKED, 5L, 1000, 1000, null, null);
    }

    @Test
    void itIsTheSameAfterItWasKept() {
        AuthenticationSessionModel tab = tab();
        assertNull(Attempt.find(tab));
        sent().keep(tab);
        assertEquals(sent(), Attempt.find(tab));
        Attempt.forget(tab);
        assertNull(Attempt.find(tab));
    }

    @Test
    void whatAnotherJarWroteIsNone() {
        AuthenticationSessionModel tab = tab();
        tab.setClientNote("sallyport.attempt", "{\"state\":\"s\",\"unheard\":1}");
        assertNull(Attempt.find(tab));
    }

    @Test
    void anAnswerIsTakenOnce() {
        Attempt answered = sent().answered("c", null);
        assertNull(answered.state());
        assertTrue(answered.isAnswered());
        assertFalse(answered.canGoOn(ASKED, 1001));
    }

    @Test
    void whoRefreshesGoesOnWithTheSameStepUp() {
        assertTrue(sent().canGoOn(ASKED, 1001));
        assertTrue(sent().canGoOn(ASKED, 1055));
        assertTrue(sent().canGoOn(ASKED, 1300));
        assertFalse(sent().canGoOn(ASKED, 1901));
        assertFalse(sent().canGoOn(new Asked(List.of("phr"), true, false, true, null), 1001));
    }

    @Test
    void whoIsBackAtOnceWasNotHelped() {
        Attempt again = sent().sentAgain(1300);
        assertFalse(again.canGoOn(ASKED, 1310));
        assertTrue(again.canGoOn(ASKED, 1331));
    }

    @Test
    void itIsOfOneStepAndOnePerson() throws Exception {
        Settings settings = Settings.parse(SettingsTest.given(), SettingsTest.REALM);
        assertTrue(sent().isOf("e1", "user-1", settings));
        assertFalse(sent().isOf("e2", "user-1", settings));
        assertFalse(sent().isOf("e1", "user-2", settings));
        assertFalse(sent().isOf("e1", "user-1", Settings.parse(SettingsTest.given("issuer", "https://other.example.com"), SettingsTest.REALM)));
        assertFalse(sent().isOf("e1", "user-1", Settings.parse(SettingsTest.given("clientId", "other"), SettingsTest.REALM)));
    }

    /** Client notes, and nothing else of a session. */
    private static AuthenticationSessionModel tab() {
        Map<String, String> notes = new HashMap<>();
        Class<?>[] types = {AuthenticationSessionModel.class};
        return (AuthenticationSessionModel) Proxy.newProxyInstance(AttemptTest.class.getClassLoader(), types, (proxy, method, given) -> switch (method.getName()) {
            case "getClientNote" -> notes.get(given[0]);
            case "setClientNote" -> notes.put((String) given[0], (String) given[1]);
            case "removeClientNote" -> notes.remove(given[0]);
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }
}
