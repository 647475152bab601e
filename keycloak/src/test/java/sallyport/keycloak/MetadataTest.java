package sallyport.keycloak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetadataTest {
    private static final String ISSUER = "https://2fa.example.com/a";

    private static ObjectNode document() {
        return new ObjectMapper().createObjectNode()
                .put("issuer", ISSUER)
                .put("pushed_authorization_request_endpoint", ISSUER + "/par")
                .put("authorization_endpoint", ISSUER + "/authorize")
                .put("token_endpoint", ISSUER + "/token")
                .put("jwks_uri", ISSUER + "/jwks");
    }

    @Test
    void itSaysWhereEverythingIs() throws Exception {
        assertEquals(new Metadata(ISSUER + "/par", ISSUER + "/authorize", ISSUER + "/token", ISSUER + "/jwks"), Metadata.parse(ISSUER, document()));
    }

    @Test
    void anotherIssuerIsNamed() {
        StepUpFailed failed = assertThrows(StepUpFailed.class, () -> Metadata.parse(ISSUER, document().put("issuer", "https://other.example.com")));
        assertTrue(failed.getMessage().startsWith("issuer: "), failed.getMessage());
        assertThrows(StepUpFailed.class, () -> Metadata.parse(ISSUER, MissingNode.getInstance()));
    }

    @Test
    void anEndpointElsewhereIsRefused() {
        for (String name : List.of("pushed_authorization_request_endpoint", "authorization_endpoint", "token_endpoint", "jwks_uri"))
            for (String bad : List.of("https://evil.example.com/par", "http://2fa.example.com/a/par", ISSUER + "b/par", ISSUER + "/../par", "https://2fa.example.com/par", ""))
                assertThrows(StepUpFailed.class, () -> Metadata.parse(ISSUER, document().put(name, bad)), name + " " + bad);
    }
}
