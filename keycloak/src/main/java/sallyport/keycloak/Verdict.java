package sallyport.keycloak;

import java.util.List;

/** What a believed ID token says. */
sealed interface Verdict {
    /** A factor, as asked. */
    record Proven(String acr, List<String> amr, long authTime, String jti) implements Verdict {}

    /** Nobody was asked, and settings allow that. Worth nothing. */
    record Passed(String acr, Long authTime) implements Verdict {}

    /** A factor, but longer ago than counts here. */
    record Stale(long authTime) implements Verdict {}
}
