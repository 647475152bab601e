package sallyport.keycloak;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import java.util.regex.Pattern;

/** Which addresses may be spoken to. */
final class Urls {
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");

    /** A dot, a slash or a backslash. */
    private static final Pattern CODED = Pattern.compile("%(2e|2f|5c)", Pattern.CASE_INSENSITIVE);

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

    /** Everything that is Sallyport's lies under its issuer, and says so without steps back, written out or in code. */
    static boolean isUnder(String issuer, String url) {
        boolean isThere = isTrusted(url) && url.startsWith(issuer + "/");
        return isThere && URI.create(url).normalize().toString().equals(url) && !CODED.matcher(url).find();
    }
}
