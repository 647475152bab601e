package sallyport.keycloak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class TokenCheckTest {
    private static final long NOW = 1_900_000_000L;
    private static final long STARTED = NOW - 60;
    private static final String KID = "k1";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final KeyPair SALLYPORTS = newKey();
    private static final KeyPair SOMEBODYS = newKey();

    private static final TokenCheck.Expected EXPECTED = new TokenCheck.Expected(
            "https://2fa.example.com", "sso", "n-1", "user-1", List.of("mfa", "phr"), false, STARTED, 0, null);
    private static final TokenCheck.Expected EXEMPT = new TokenCheck.Expected(
            "https://2fa.example.com", "sso", "n-1", "user-1", List.of("mfa"), true, STARTED, 0, NOW - 3600);
    private static final TokenCheck.Expected TRUSTING = new TokenCheck.Expected(
            "https://2fa.example.com", "sso", "n-1", "user-1", List.of("mfa"), false, STARTED, 600, null);

    private static Map<String, Object> header() {
        return new LinkedHashMap<>(Map.of("alg", "ES256", "kid", KID, "typ", "JWT"));
    }

    private static Map<String, Object> claims() {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", "https://2fa.example.com");
        claims.put("sub", "user-1");
        claims.put("aud", "sso");
        claims.put("exp", NOW + 300);
        claims.put("iat", NOW);
        claims.put("nonce", "n-1");
        claims.put("jti", "j-1");
        claims.put("acr", "mfa");
        claims.put("amr", List.of("otp"));
        claims.put("auth_time", NOW - 5);
        return claims;
    }

    @Test
    void whatIsAskedPasses() throws Exception {
        assertEquals(new Verdict.Proven("mfa", List.of("otp"), NOW - 5, "j-1"), judge(token(header(), claims()), EXPECTED));
    }

    @Test
    void whatIsWorthMorePasses() throws Exception {
        assertEquals("phr", ((Verdict.Proven) judge(token(header(), with("acr", "phr")), EXPECTED)).acr());
    }

    @TestFactory
    Stream<DynamicTest> clocksMayDifferByTenSeconds() {
        Map<String, Map<String, Object>> fine = new LinkedHashMap<>();
        fine.put("exp just over", with("exp", NOW - 9));
        fine.put("iat a little ahead", with("iat", NOW + 10));
        fine.put("nbf a little ahead", with("nbf", NOW + 10));
        fine.put("auth_time a little ahead", with("auth_time", NOW + 10));
        fine.put("auth_time a little before the start", with("auth_time", STARTED - 10));
        fine.put("iat a little before the start", with("iat", STARTED - 10));
        return tests(fine, claims -> assertEquals(Verdict.Proven.class, judgeOrThrow(token(header(), claims), EXPECTED).getClass()));
    }

    @TestFactory
    Stream<DynamicTest> everyChangedClaimIsRefused() {
        Map<String, Map<String, Object>> bad = new LinkedHashMap<>();
        for (String name : List.of("iss", "sub", "aud", "exp", "iat", "nonce", "acr", "amr", "auth_time")) {
            bad.put("no " + name, without(name));
            bad.put(name + " null", with(name, null));
            bad.put(name + " an object", with(name, Map.of("a", 1)));
            bad.put(name + " a boolean", with(name, true));
        }
        for (String name : List.of("iss", "sub", "aud", "nonce")) {
            String good = (String) claims().get(name);
            bad.put(name + " longer", with(name, good + "x"));
            bad.put(name + " shorter", with(name, good.substring(1)));
            bad.put(name + " in capitals", with(name, good.toUpperCase(java.util.Locale.ROOT)));
            bad.put(name + " with a blank", with(name, good + " "));
            bad.put(name + " a number", with(name, 1));
            bad.put(name + " empty", with(name, ""));
        }
        bad.put("iss with a slash", with("iss", "https://2fa.example.com/"));
        bad.put("aud of two", with("aud", List.of("sso", "other")));
        bad.put("aud of none", with("aud", List.of()));
        bad.put("aud of another", with("aud", List.of("other")));
        bad.put("azp another", with("azp", "other"));
        bad.put("azp no text", with("azp", 1));
        bad.put("exp over", with("exp", NOW - 10));
        bad.put("exp as text", with("exp", Long.toString(NOW + 300)));
        bad.put("exp with a fraction", with("exp", NOW + 300.5));
        bad.put("iat ahead", with("iat", NOW + 11));
        bad.put("iat before the start", with("iat", STARTED - 11));
        bad.put("iat as text", with("iat", Long.toString(NOW)));
        bad.put("nbf ahead", with("nbf", NOW + 11));
        bad.put("nbf as text", with("nbf", "now"));
        bad.put("auth_time ahead", with("auth_time", NOW + 11));
        bad.put("auth_time as text", with("auth_time", Long.toString(NOW)));
        bad.put("acr lower", with("acr", "pwd"));
        bad.put("acr empty", with("acr", ""));
        bad.put("acr a list", with("acr", List.of("mfa")));
        bad.put("acr exempt", with("acr", "exempt"));
        bad.put("acr delegated", with("acr", "delegated"));
        bad.put("amr a text", with("amr", "otp"));
        bad.put("amr of none", with("amr", List.of()));
        bad.put("amr of a number", with("amr", List.of("otp", 1)));
        return tests(bad, claims -> assertThrows(StepUpFailed.class, () -> judge(token(header(), claims), EXPECTED)));
    }

    @TestFactory
    Stream<DynamicTest> everyChangedHeaderIsRefused() {
        Map<String, Map<String, Object>> bad = new LinkedHashMap<>();
        for (String alg : List.of("none", "None", "NONE", "HS256", "HS512", "es256", "ES384", "RS1", ""))
            bad.put("alg " + alg, changed(header(), "alg", alg));
        bad.put("alg null", changed(header(), "alg", null));
        bad.put("alg a list", changed(header(), "alg", List.of("ES256")));
        bad.put("alg of another kind", changed(header(), "alg", "RS256"));
        bad.put("kid of nobody", changed(header(), "kid", "k2"));
        bad.put("kid empty", changed(header(), "kid", ""));
        bad.put("kid null", changed(header(), "kid", null));
        bad.put("typ of an access token", changed(header(), "typ", "at+jwt"));
        bad.put("crit", changed(header(), "crit", List.of("b64")));
        bad.put("b64", changed(header(), "b64", false));
        bad.put("crit empty", changed(header(), "crit", List.of()));
        for (String name : List.of("alg", "kid")) {
            Map<String, Object> less = header();
            less.remove(name);
            bad.put("no " + name, less);
        }
        return tests(bad, header -> assertThrows(StepUpFailed.class, () -> judge(token(header, claims()), EXPECTED)));
    }

    @TestFactory
    Stream<DynamicTest> whatIsNoSignedTokenIsRefused() {
        String good = token(header(), claims());
        String[] parts = good.split("\\.");
        Map<String, String> bad = new LinkedHashMap<>();
        bad.put("nothing", null);
        bad.put("empty", "");
        bad.put("two parts", parts[0] + "." + parts[1]);
        bad.put("no signature", parts[0] + "." + parts[1] + ".");
        bad.put("four parts", good + ".x");
        bad.put("five parts", good + ".x.y");
        bad.put("not base64", "*." + parts[1] + "." + parts[2]);
        bad.put("signature not base64", parts[0] + "." + parts[1] + ".*");
        bad.put("header no object", signed("[]", json(claims()), SALLYPORTS));
        bad.put("claims no object", signed(json(header()), "[]", SALLYPORTS));
        bad.put("claims no JSON", signed(json(header()), "{", SALLYPORTS));
        bad.put("claims and more", signed(json(header()), json(claims()) + "{}", SALLYPORTS));
        bad.put("by another key", signed(json(header()), json(claims()), SOMEBODYS));
        bad.put("claims of another token", parts[0] + "." + base64(json(with("sub", "user-2"))) + "." + parts[2]);
        bad.put("header of another token", base64(json(changed(header(), "x", 1))) + "." + parts[1] + "." + parts[2]);
        bad.put("padded", good + "==");
        bad.put("with a signature that goes on", good + "AAAA");
        bad.put("with another last letter that means the same", good.substring(0, good.length() - 1) + respelled(good.charAt(good.length() - 1)));
        bad.put("with a line break", good + "\n");
        bad.put("with a blank", " " + good);
        bad.put("a claim twice", signed(json(header()), json(claims()).replace("{", "{\"sub\":\"user-1\","), SALLYPORTS));
        bad.put("a member of the header twice", signed(json(header()).replace("{", "{\"kid\":\"k1\","), json(claims()), SALLYPORTS));
        bad.put("too long", token(header(), with("x", "x".repeat(20_000))));
        return tests(bad, token -> assertThrows(StepUpFailed.class, () -> judge(token, EXPECTED)));
    }

    @TestFactory
    Stream<DynamicTest> everyFlippedBitOfTheSignatureIsRefused() {
        String[] parts = token(header(), claims()).split("\\.");
        byte[] signature = Base64.getUrlDecoder().decode(parts[2]);
        List<DynamicTest> tests = new ArrayList<>();
        for (int at = 0; at < signature.length; at++) {
            byte[] flipped = signature.clone();
            flipped[at] ^= 1;
            String token = parts[0] + "." + parts[1] + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(flipped);
            tests.add(DynamicTest.dynamicTest("byte " + at, () -> assertThrows(StepUpFailed.class, () -> judge(token, EXPECTED))));
        }
        return tests.stream();
    }

    @Test
    void anOlderProofIsStaleUnlessItIsTrusted() throws Exception {
        assertEquals(new Verdict.Stale(STARTED - 11), judge(token(header(), with("auth_time", STARTED - 11)), EXPECTED));
        assertEquals(Verdict.Proven.class, judge(token(header(), with("auth_time", STARTED - 600)), TRUSTING).getClass());
        assertEquals(Verdict.Stale.class, judge(token(header(), with("auth_time", STARTED - 611)), TRUSTING).getClass());
    }

    @Test
    void exemptPassesOnlyWhereAllowedAndOnlyWithoutProof() throws Exception {
        Map<String, Object> exempt = with("acr", "exempt");
        exempt.put("amr", List.of());
        exempt.remove("auth_time");
        assertEquals(new Verdict.Passed("exempt", null), judge(token(header(), exempt), EXEMPT));
        assertThrows(StepUpFailed.class, () -> judge(token(header(), exempt), EXPECTED));
        assertThrows(StepUpFailed.class, () -> judge(token(header(), changed(exempt, "amr", List.of("otp"))), EXEMPT));
        assertThrows(StepUpFailed.class, () -> judge(token(header(), changed(exempt, "auth_time", NOW)), EXEMPT));
    }

    @Test
    void delegatedPassesOnlyAsOldAsItWasSigned() throws Exception {
        Map<String, Object> delegated = with("acr", "delegated");
        delegated.put("auth_time", NOW - 3600);
        assertEquals(new Verdict.Passed("delegated", NOW - 3600), judge(token(header(), delegated), EXEMPT));
        assertThrows(StepUpFailed.class, () -> judge(token(header(), changed(delegated, "auth_time", NOW - 3599)), EXEMPT));
        assertThrows(StepUpFailed.class, () -> judge(token(header(), delegated), EXPECTED));
    }

    @Test
    void theReasonIsNoFailureOfThePerson() {
        StepUpFailed weak = assertThrows(StepUpFailed.class, () -> judge(token(header(), with("acr", "pwd")), EXPECTED));
        assertEquals(Trouble.UNMET, weak.trouble);
        StepUpFailed forged = assertThrows(StepUpFailed.class, () -> judge(token(header(), with("sub", "user-2")), EXPECTED));
        assertEquals(Trouble.BAD_TOKEN, forged.trouble);
        assertEquals(List.of(Trouble.DENIED), Arrays.stream(Trouble.values()).filter(Trouble::counts).toList());
    }

    /** The last four bits of 64 bytes mean nothing in base64. */
    private static char respelled(char last) {
        String letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        return letters.charAt(letters.indexOf(last) ^ 1);
    }

    private static Verdict judge(String token, TokenCheck.Expected expected) throws StepUpFailed {
        return TokenCheck.judge(token, expected, TokenCheckTest::verify, NOW);
    }

    private static Verdict judgeOrThrow(String token, TokenCheck.Expected expected) {
        try {
            return judge(token, expected);
        } catch (StepUpFailed failed) {
            throw new AssertionError(failed);
        }
    }

    private static boolean verify(String algorithm, String kid, byte[] signed, byte[] signature) {
        if (!algorithm.equals("ES256") || !kid.equals(KID)) return false;
        try {
            Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
            verifier.initVerify(SALLYPORTS.getPublic());
            verifier.update(signed);
            return verifier.verify(signature);
        } catch (GeneralSecurityException malformed) {
            return false;
        }
    }

    private static String token(Map<String, Object> header, Map<String, Object> claims) {
        return signed(json(header), json(claims), SALLYPORTS);
    }

    private static String signed(String header, String claims, KeyPair key) {
        String input = base64(header) + "." + base64(claims);
        try {
            Signature signer = Signature.getInstance("SHA256withECDSAinP1363Format");
            signer.initSign(key.getPrivate());
            signer.update(input.getBytes(StandardCharsets.US_ASCII));
            return input + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signer.sign());
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (Exception impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static Map<String, Object> with(String name, Object value) {
        return changed(claims(), name, value);
    }

    private static Map<String, Object> without(String name) {
        Map<String, Object> less = claims();
        less.remove(name);
        return less;
    }

    private static Map<String, Object> changed(Map<String, Object> from, String name, Object value) {
        Map<String, Object> changed = new LinkedHashMap<>(from);
        changed.put(name, value);
        return changed;
    }

    private static <T> Stream<DynamicTest> tests(Map<String, T> cases, Consumer<T> check) {
        return cases.entrySet().stream().map(one -> DynamicTest.dynamicTest(one.getKey(), () -> check.accept(one.getValue())));
    }

    private static KeyPair newKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
