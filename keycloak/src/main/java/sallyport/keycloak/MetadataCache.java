package sallyport.keycloak;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Discovery documents, one for each issuer. Shared by all logins of a node; what could not be read is not kept. */
final class MetadataCache {
    private static final long KEPT_NANOS = Duration.ofMinutes(10).toNanos();
    private static final int ISSUERS_MAX = 100;

    private record Kept(Metadata metadata, long at) {}

    private final Map<String, Kept> kept = new ConcurrentHashMap<>();

    Metadata of(Settings settings, Http http) throws StepUpFailed {
        String issuer = settings.issuer();
        long now = System.nanoTime();
        Kept found = kept.get(issuer);
        if (found != null && now - found.at() < KEPT_NANOS) return found.metadata();

        String url = issuer + "/.well-known/openid-configuration";
        Http.Reply reply = http.get(url);
        if (reply.status() != 200) throw new StepUpFailed(Trouble.MISCONFIGURED, "issuer: " + url + " answers " + reply.status());
        Metadata metadata = Metadata.parse(issuer, reply.body());
        // Issuers come from administrators of realms, of whom there may be many.
        if (kept.size() >= ISSUERS_MAX) kept.clear();
        kept.put(issuer, new Kept(metadata, now));
        return metadata;
    }
}
