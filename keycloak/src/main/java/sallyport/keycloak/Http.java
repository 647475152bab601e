package sallyport.keycloak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.Map;
import org.apache.http.client.config.CookieSpecs;
import org.apache.http.client.config.RequestConfig;
import org.keycloak.http.simple.SimpleHttp;
import org.keycloak.http.simple.SimpleHttpRequest;
import org.keycloak.http.simple.SimpleHttpResponse;
import org.keycloak.models.KeycloakSession;

/** All that is said to Sallyport, through the HTTP client that Keycloak is configured with (proxies, trust store, pool). */
final class Http {
    private static final long BYTES_MAX = 65_536;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** @param body missing where it was no JSON */
    record Reply(int status, JsonNode body) {
        /** OAuth's word for what went wrong; only a word that could be one. */
        String error() {
            String error = body.path("error").textValue();
            return error != null && error.matches("[a-z_]{1,64}") ? error : "no error code";
        }
    }

    private final KeycloakSession session;
    private final Settings settings;

    Http(KeycloakSession session, Settings settings) {
        this.session = session;
        this.settings = settings;
    }

    Reply get(String url) throws StepUpFailed {
        return send(url, client().doGet(url).acceptJson());
    }

    Reply post(String url, Map<String, String> parameters) throws StepUpFailed {
        return send(url, client().doPost(url).params(parameters).acceptJson());
    }

    /** A thread of Keycloak waits for each, so none waits long, reads much or is led elsewhere. */
    private SimpleHttp client() {
        int millis = (int) settings.timeout().toMillis();
        RequestConfig config = RequestConfig.custom()
                .setConnectionRequestTimeout(millis)
                .setConnectTimeout(millis)
                .setSocketTimeout(millis)
                .setRedirectsEnabled(false)
                .setCookieSpec(CookieSpecs.IGNORE_COOKIES)
                .build();
        return SimpleHttp.create(session).withRequestConfig(config).withMaxConsumedResponseSize(BYTES_MAX);
    }

    private static Reply send(String url, SimpleHttpRequest request) throws StepUpFailed {
        try (SimpleHttpResponse response = request.asResponse()) {
            int status = response.getStatus();
            if (status >= 500 || status == 429) throw new StepUpFailed(Trouble.UNAVAILABLE, "issuer: " + url + " answers " + status);
            return new Reply(status, parse(response.asString()));
        } catch (IOException unreachable) {
            String what = unreachable.getClass().getSimpleName() + ": " + unreachable.getMessage();
            throw new StepUpFailed(Trouble.UNAVAILABLE, "issuer, timeout: " + url + " did not answer (" + what + ")", unreachable);
        }
    }

    private static JsonNode parse(String body) {
        try {
            JsonNode node = body == null ? null : JSON.readTree(body);
            return node == null ? MissingNode.getInstance() : node;
        } catch (IOException notJson) {
            return MissingNode.getInstance();
        }
    }
}
