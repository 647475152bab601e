package sallyport.keycloak;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;

/** Which addresses may be spoken to. */
final class Urls {
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");

    private Urls() {}

    /** https; plain http to this very machine only. */
    static boolean isTrusted(String given) {
        try {
            URI uri = new URI(given);
            String host = uri.getHost();
            if (host == null || uri.getRawUserInfo() != null || uri.getRawFragment() != null) return false;
            return "https".equals(uri.getScheme()) || "http".equals(uri.getScheme()) && LOOPBACK.contains(host);
        } catch (URISyntaxException notOne) {
            return false;
        }
    }

    /** Everything that is Sallyport's lies under its issuer. */
    static boolean isUnder(String issuer, String url) {
        return isTrusted(url) && url.startsWith(issuer + "/") && !url.contains("/../");
    }
}
