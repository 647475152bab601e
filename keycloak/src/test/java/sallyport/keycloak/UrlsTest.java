package sallyport.keycloak;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class UrlsTest {
    private static final String ISSUER = "https://2fa.example.com/a";

    @Test
    void whatIsUnderAnIssuerIs() {
        for (String path : List.of("/par", "/x/y.z", "/x/..y", "/x?y=1", "/"))
            assertTrue(Urls.isUnder(ISSUER, ISSUER + path), path);
        assertTrue(Urls.isUnder("http://127.0.0.1:8080", "http://127.0.0.1:8080/token"));
    }

    @Test
    void aStepBackLeadsNowhere() {
        for (String path : List.of("", "b", "/..", "/../", "/../b", "/x/../../b", "/x/..", "/./x", "/%2e%2e/b", "/.%2E", "/%2E%2E", "/..%2fb", "/..%5cb", "/..\\b"))
            assertFalse(Urls.isUnder(ISSUER, ISSUER + path), path);
    }
}
