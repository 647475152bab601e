package sallyport.keycloak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.http.HttpEntity;
import org.apache.http.NameValuePair;
import org.apache.http.client.config.CookieSpecs;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.client.entity.UrlEncodedFormEntity;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpGet;
import org.apache.http.client.methods.HttpPost;
import org.apache.http.client.methods.HttpRequestBase;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.message.BasicNameValuePair;
import org.keycloak.connections.httpclient.HttpClientProvider;
import org.keycloak.models.KeycloakSession;

/**
 * All that is said to Sallyport, through the HTTP client that Keycloak is configured with (proxies, trust store, pool). A thread of
 * Keycloak waits for each answer, so none is waited for long, none is read far, and none leads elsewhere.
 */
final class Http {
    static final int BYTES_MAX = 65_536;

    private static final ObjectMapper JSON = new ObjectMapper();
    /** Sallyport, or what stands before it, is busy for now. */
    private static final List<Integer> FOR_NOW = List.of(408, 409, 425, 429);
    private static final ScheduledThreadPoolExecutor DEADLINES = deadlines();

    /** @param body missing where it was no JSON */
    record Reply(int status, JsonNode body) {
        /** OAuth's word for what went wrong; only a word that could be one. */
        String error() {
            String error = body.path("error").textValue();
            return error != null && error.matches("[a-z_]{1,64}") ? error : "no error code";
        }
    }

    private final CloseableHttpClient client;
    private final Duration timeout;

    Http(CloseableHttpClient client, Duration timeout) {
        this.client = client;
        this.timeout = timeout;
    }

    static Http of(KeycloakSession session, Settings settings) {
        return new Http(session.getProvider(HttpClientProvider.class).getHttpClient(), settings.timeout());
    }

    Reply get(String url) throws StepUpFailed {
        return send(new HttpGet(url));
    }

    Reply post(String url, Map<String, String> parameters) throws StepUpFailed {
        List<NameValuePair> pairs = parameters.entrySet().stream().<NameValuePair>map(one -> new BasicNameValuePair(one.getKey(), one.getValue())).toList();
        HttpPost request = new HttpPost(url);
        request.setEntity(new UrlEncodedFormEntity(pairs, StandardCharsets.UTF_8));
        return send(request);
    }

    private Reply send(HttpRequestBase request) throws StepUpFailed {
        request.setConfig(config());
        request.setHeader("Accept", "application/json");
        // The client's own limits are for each read, and whoever sends a byte now and then keeps within them for ever.
        Future<?> deadline = DEADLINES.schedule(request::abort, timeout.toMillis(), TimeUnit.MILLISECONDS);
        // Closed before its end, an answer is thrown away with its connection, and not read to the end.
        try (CloseableHttpResponse response = client.execute(request)) {
            int status = response.getStatusLine().getStatusCode();
            if (status >= 500 || FOR_NOW.contains(status)) throw unavailable("issuer: " + request.getURI() + " answers " + status, null);
            return new Reply(status, parse(read(request, response.getEntity())));
        } catch (IOException unreachable) {
            // The client's own timeout is the same, and whichever comes first, it is one and the same thing.
            boolean isLate = request.isAborted() || unreachable instanceof InterruptedIOException;
            String what = isLate ? "not within " + timeout.toMillis() + " ms" : unreachable.getClass().getSimpleName() + ": " + unreachable.getMessage();
            throw unavailable("issuer, timeout: " + request.getURI() + " did not answer (" + what + ")", unreachable);
        } finally {
            deadline.cancel(false);
        }
    }

    private RequestConfig config() {
        int millis = (int) timeout.toMillis();
        return RequestConfig.custom()
                .setConnectionRequestTimeout(millis)
                .setConnectTimeout(millis)
                .setSocketTimeout(millis)
                .setRedirectsEnabled(false)
                .setCookieSpec(CookieSpecs.IGNORE_COOKIES)
                .build();
    }

    private static byte[] read(HttpRequestBase request, HttpEntity entity) throws IOException, StepUpFailed {
        if (entity == null) return new byte[0];
        byte[] body = new byte[BYTES_MAX + 1];
        int length = entity.getContent().readNBytes(body, 0, body.length);
        if (length > BYTES_MAX) throw unavailable("issuer: " + request.getURI() + " answers more than " + BYTES_MAX + " bytes", null);
        return Arrays.copyOf(body, length);
    }

    private static JsonNode parse(byte[] body) {
        try {
            JsonNode node = JSON.readTree(body);
            return node == null ? MissingNode.getInstance() : node;
        } catch (IOException notJson) {
            return MissingNode.getInstance();
        }
    }

    private static StepUpFailed unavailable(String why, IOException cause) {
        return new StepUpFailed(Trouble.UNAVAILABLE, why, cause);
    }

    /** One thread for all, which only closes what took too long, and ends when there is nothing to watch. */
    private static ScheduledThreadPoolExecutor deadlines() {
        ScheduledThreadPoolExecutor one = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(work, "sallyport-deadlines");
            thread.setDaemon(true);
            return thread;
        });
        one.setRemoveOnCancelPolicy(true);
        one.setKeepAliveTime(30, TimeUnit.SECONDS);
        one.allowCoreThreadTimeOut(true);
        return one;
    }
}
