package sallyport.keycloak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class SettingsTest {
    static final String REALM = "https://sso.example.com/realms/acme";

    static Map<String, String> given(String... more) {
        Map<String, String> given = new HashMap<>(Map.of("issuer", "https://2fa.example.com", "clientId", "sso"));
        for (int at = 0; at < more.length; at += 2) given.put(more[at], more[at + 1]);
        return given;
    }

    @Test
    void twoSettingsAreEnough() throws Exception {
        Settings settings = Settings.parse(given(), REALM);
        assertEquals(Map.of(2, "mfa"), settings.acrByLevel());
        assertEquals(Duration.ZERO, settings.maxTrustedAge());
        assertEquals(Duration.ofSeconds(3), settings.timeout());
        assertEquals("RS256", settings.algorithm());
        assertEquals(false, settings.acceptExempt());
    }

    @Test
    void pairsAreRead() throws Exception {
        Settings settings = Settings.parse(given("acrByLevel", "3=phr, 2=mfa", "directories", "Corp LDAP = corp, other=ldap"), REALM);
        assertEquals(List.of("mfa", "phr"), List.copyOf(settings.acrByLevel().values()));
        assertEquals(Map.of("Corp LDAP", "corp", "other", "ldap"), settings.directories());
    }

    @Test
    void anExecutionWithoutSettingsIsAnErrorThatNamesThem() {
        StepUpFailed failed = assertThrows(StepUpFailed.class, () -> Settings.parse(null, REALM));
        assertEquals(Trouble.MISCONFIGURED, failed.trouble);
        assertTrue(failed.getMessage().contains("issuer: "), failed.getMessage());
        assertTrue(failed.getMessage().contains("clientId: "), failed.getMessage());
    }

    @TestFactory
    Stream<DynamicTest> whatIsWrongIsNamed() {
        return Stream.of(
                        bad("issuer", "2fa.example.com"),
                        bad("issuer", "http://2fa.example.com"),
                        bad("issuer", "https://2fa.example.com/"),
                        bad("issuer", "https://2fa.example.com?a=b"),
                        bad("issuer", "https://2fa.example.com#a"),
                        bad("issuer", "https://a@2fa.example.com"),
                        bad("issuer", "file:///etc/passwd"),
                        bad("issuer", "https:// "),
                        bad("clientId", REALM),
                        bad("clientId", "a b"),
                        bad("acrByLevel", "mfa"),
                        bad("acrByLevel", "two=mfa"),
                        bad("acrByLevel", "2="),
                        bad("acrByLevel", "-1=mfa"),
                        bad("acrByLevel", ","),
                        bad("nameFrom", "upn"),
                        bad("directories", "corp"),
                        bad("directories", "corp="),
                        bad("acceptExempt", "yes"),
                        bad("maxTrustedAge", "-1"),
                        bad("maxTrustedAge", "1h"),
                        bad("maxTrustedAge", "99999999"),
                        bad("timeout", "0"),
                        bad("timeout", "15001"),
                        bad("algorithm", "HS256"),
                        bad("algorithm", "none"))
                .map(one -> DynamicTest.dynamicTest(one[0] + " " + one[1], () -> {
                    StepUpFailed failed = assertThrows(StepUpFailed.class, () -> Settings.parse(given(one), REALM));
                    assertTrue(failed.getMessage().startsWith(one[0] + ": "), failed.getMessage());
                }));
    }

    @Test
    void anAttributeHasToBeNamed() {
        StepUpFailed failed = assertThrows(StepUpFailed.class, () -> Settings.parse(given("nameFrom", "attribute"), REALM));
        assertTrue(failed.getMessage().startsWith("nameAttribute: "), failed.getMessage());
    }

    private static String[] bad(String key, String value) {
        return new String[] {key, value};
    }
}
