package sallyport.keycloak;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/** Whether an ID token says what was asked. Pure but for the keys, which are handed in. */
final class TokenCheck {
    /** What a key pair signs. A shared secret or no signature at all is nobody's proof. */
    static final Set<String> ALGORITHMS = Set.of("ES256", "PS256", "RS256", "EdDSA");
    static final long SKEW_SECONDS = 10;

    private static final int ES256_LENGTH = 64;
    private static final int LENGTH_MAX = 16_384;
    private static final Set<String> UNPROVEN = Set.of("exempt", "delegated");
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // Two readers of a name that is there twice may believe two things.
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    /** Whether the key of this name made the signature. */
    interface Keys {
        boolean verify(String algorithm, String kid, byte[] signed, byte[] signature) throws StepUpFailed;
    }

    /**
     * @param acrs         what will do; empty: whatever was proven
     * @param acceptExempt also what was not proven here
     * @param startedAt    when the step began, in seconds
     * @param trustedAge   how much older a proof may be
     * @param seenAt       what Keycloak signed as the time of its own proof; null: nothing
     */
    record Expected(
            String issuer, String clientId, String nonce, String subject, List<String> acrs, boolean acceptExempt, long startedAt, long trustedAge, Long seenAt) {}

    private TokenCheck() {}

    /** @throws StepUpFailed for whatever cannot be believed */
    static Verdict judge(String token, Expected expected, Keys keys, long now) throws StepUpFailed {
        JsonNode claims = verified(token, keys);
        if (!expected.issuer().equals(text(claims, "iss"))) throw refused("iss is not issuer");
        if (!isFor(claims, expected.clientId())) throw refused("aud is not clientId");
        if (!expected.nonce().equals(text(claims, "nonce"))) throw refused("nonce is not the one that was sent");
        if (!expected.subject().equals(text(claims, "sub"))) throw refused("sub is somebody else");
        checkTimes(claims, expected, now);
        return verdict(claims, expected, now);
    }

    private static JsonNode verified(String token, Keys keys) throws StepUpFailed {
        if (token == null || token.length() > LENGTH_MAX) throw refused("there is none, or it is too long");
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) throw refused("it is no signed token");
        JsonNode header = object(parts[0]);
        String alg = text(header, "alg");
        if (alg == null || !ALGORITHMS.contains(alg)) throw refused("alg is none of " + ALGORITHMS.stream().sorted().toList());
        if (header.has("crit") || header.has("b64")) throw refused("crit asks for what is not known here");
        if (header.has("typ") && !"JWT".equalsIgnoreCase(text(header, "typ"))) throw refused("typ is not JWT");
        String kid = text(header, "kid");
        if (kid == null || kid.isEmpty()) throw refused("kid is missing");
        byte[] signature = bytes(parts[2]);
        // Keycloak's own check does not look at what comes after.
        if (alg.equals("ES256") && signature.length != ES256_LENGTH) throw refused("the signature has not the length of one");
        byte[] signed = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
        if (!keys.verify(alg, kid, signed, signature)) throw refused("the signature is none of Sallyport's");
        return object(parts[1]);
    }

    private static void checkTimes(JsonNode claims, Expected expected, long now) throws StepUpFailed {
        Long exp = seconds(claims, "exp");
        Long iat = seconds(claims, "iat");
        if (exp == null || exp <= now - SKEW_SECONDS) throw refused("exp is over: do the clocks agree?");
        if (iat == null || iat > now + SKEW_SECONDS) throw refused("iat is to come: do the clocks agree?");
        if (iat < expected.startedAt() - SKEW_SECONDS) throw refused("iat is before the step began: do the clocks agree?");
        if (claims.has("nbf")) {
            Long nbf = seconds(claims, "nbf");
            if (nbf == null || nbf > now + SKEW_SECONDS) throw refused("nbf is to come: do the clocks agree?");
        }
    }

    private static Verdict verdict(JsonNode claims, Expected expected, long now) throws StepUpFailed {
        String acr = text(claims, "acr");
        if (acr == null || acr.isEmpty()) throw refused("acr is missing");
        List<String> amr = texts(claims, "amr");
        Long at = seconds(claims, "auth_time");
        if (claims.has("auth_time") && (at == null || at > now + SKEW_SECONDS)) throw refused("auth_time is to come, or no time");
        if (UNPROVEN.contains(acr)) return unproven(acr, amr, at, expected);

        if (!expected.acrs().isEmpty() && !expected.acrs().contains(acr))
            throw new StepUpFailed(Trouble.UNMET, "acrByLevel: acr is " + acr + ", and one of " + expected.acrs() + " is asked");
        if (amr.isEmpty()) throw refused("amr is missing");
        if (at == null) throw refused("auth_time is missing");
        boolean isOld = at < expected.startedAt() - expected.trustedAge() - SKEW_SECONDS;
        return isOld ? new Verdict.Stale(at) : new Verdict.Proven(acr, amr, at, text(claims, "jti"));
    }

    /** Nobody was asked: that has to be allowed, and must look like it. */
    private static Verdict unproven(String acr, List<String> amr, Long at, Expected expected) throws StepUpFailed {
        if (!expected.acceptExempt()) throw new StepUpFailed(Trouble.UNMET, "acceptExempt: is off, or the application insists, and acr is " + acr);
        if (acr.equals("exempt")) {
            if (!amr.isEmpty() || at != null) throw refused("amr and auth_time belong to no acr exempt");
            return new Verdict.Passed(acr, null);
        }
        // It repeats what Keycloak signed, and can be no newer than that.
        if (at == null || expected.seenAt() == null || at > expected.seenAt()) throw refused("auth_time is not the one that was signed");
        return new Verdict.Passed(acr, at);
    }

    private static boolean isFor(JsonNode claims, String clientId) {
        JsonNode aud = claims.path("aud");
        JsonNode only = aud.isArray() && aud.size() == 1 ? aud.get(0) : aud;
        boolean isPartyOk = !claims.has("azp") || clientId.equals(text(claims, "azp"));
        return only.isTextual() && only.textValue().equals(clientId) && isPartyOk;
    }

    private static List<String> texts(JsonNode claims, String name) throws StepUpFailed {
        List<String> texts = new ArrayList<>();
        JsonNode list = claims.path(name);
        if (!list.isMissingNode() && !list.isArray()) throw refused(name + " is no list");
        for (JsonNode one : list) {
            if (!one.isTextual()) throw refused(name + " holds what is no text");
            texts.add(one.textValue());
        }
        return List.copyOf(texts);
    }

    /** Null where it is missing or is anything but a text. */
    private static String text(JsonNode object, String name) {
        return object.path(name).textValue();
    }

    private static Long seconds(JsonNode claims, String name) {
        JsonNode number = claims.path(name);
        return number.isIntegralNumber() && number.canConvertToLong() ? Long.valueOf(number.longValue()) : null;
    }

    private static JsonNode object(String part) throws StepUpFailed {
        try {
            JsonNode node = JSON.readTree(bytes(part));
            if (node != null && node.isObject()) return node;
        } catch (IOException notJson) {
            // Refused below, without a word of it.
        }
        throw refused("it holds no JSON object");
    }

    /** One spelling for each: no padding, no bits that mean nothing. */
    private static byte[] bytes(String part) throws StepUpFailed {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(part);
            if (Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(part)) return bytes;
        } catch (IllegalArgumentException notBase64) {
            // As below.
        }
        throw refused("it is not base64url");
    }

    private static StepUpFailed refused(String why) {
        return new StepUpFailed(Trouble.BAD_TOKEN, "the ID token is refused: " + why);
    }
}
