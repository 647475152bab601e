package sallyport.keycloak;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** What an administrator set for one execution. There is no secret among it. */
record Settings(
        String issuer,
        String clientId,
        NavigableMap<Integer, String> acrByLevel,
        NameFrom nameFrom,
        String nameAttribute,
        Map<String, String> directories,
        boolean acceptExempt,
        Duration maxTrustedAge,
        Duration timeout,
        String algorithm) {

    /** By what Sallyport is to look a person up. */
    enum NameFrom {
        USERNAME("username"), EMAIL("email"), LDAP_ID("ldapId"), ATTRIBUTE("attribute");

        final String written;

        NameFrom(String written) {
            this.written = written;
        }
    }

    static final Set<String> ALGORITHMS = Set.of("RS256", "PS256", "ES256", "EdDSA");
    static final int TIMEOUT_MAX_MS = 15_000;
    static final int TRUSTED_AGE_MAX_S = 90 * 86_400;

    /**
     * @param realmUrl a client id that equals it is refused: every token of the realm would name such a client as its issuer
     * @throws StepUpFailed with everything that is wrong at once
     */
    static Settings parse(Map<String, String> given, String realmUrl) throws StepUpFailed {
        Reader read = new Reader(given == null ? Map.of() : given);
        NameFrom nameFrom = read.with("nameFrom", "username", Settings::nameFromOf, "one of username, email, ldapId, attribute");
        Settings settings = new Settings(
                read.with("issuer", "", Settings::issuerOf, "the issuer URL of Sallyport: https, no query and no trailing slash"),
                read.with("clientId", "", id -> clientIdOf(id, realmUrl), "the id of this Keycloak at Sallyport, and not the URL of the realm"),
                read.with("acrByLevel", "2=mfa", Settings::levelsOf, "pairs of level and acr, such as 2=mfa 3=phr"),
                nameFrom,
                nameFrom == NameFrom.ATTRIBUTE ? read.with("nameAttribute", "", Settings::wordOf, "the name of a user attribute, as nameFrom says attribute") : null,
                read.with("directories", "", Settings::directoriesOf, "pairs of user federation provider and Sallyport's directory, such as corp-ldap=corp"),
                Boolean.TRUE.equals(read.with("acceptExempt", "false", Settings::switchOf, "true or false")),
                read.with("maxTrustedAge", "0", age -> secondsOf(age, TRUSTED_AGE_MAX_S), "whole seconds from 0 to " + TRUSTED_AGE_MAX_S),
                read.with("timeout", "3000", Settings::timeoutOf, "whole milliseconds from 100 to " + TIMEOUT_MAX_MS),
                read.with("algorithm", "RS256", alg -> ALGORITHMS.contains(alg) ? alg : null, "one of RS256, PS256, ES256, EdDSA"));
        read.finish();
        return settings;
    }

    /** Reads one key after another and remembers what is wrong. */
    private static final class Reader {
        private final Map<String, String> given;
        private final List<String> problems = new ArrayList<>();

        Reader(Map<String, String> given) {
            this.given = given;
        }

        <T> T with(String key, String otherwise, Function<String, T> parse, String wanted) {
            String set = given.get(key);
            T parsed = parse.apply(set == null || set.isBlank() ? otherwise : set.strip());
            if (parsed == null) problems.add(key + ": should be " + wanted);
            return parsed;
        }

        void finish() throws StepUpFailed {
            if (!problems.isEmpty()) throw new StepUpFailed(Trouble.MISCONFIGURED, String.join("; ", problems));
        }
    }

    private static String issuerOf(String given) {
        boolean isPlain = !given.endsWith("/") && Urls.isTrusted(given) && URI.create(given).getQuery() == null;
        return isPlain ? given : null;
    }

    private static String clientIdOf(String given, String realmUrl) {
        return wordOf(given) == null || given.equals(realmUrl) ? null : given;
    }

    private static String wordOf(String given) {
        return given.matches("\\S{1,255}") ? given : null;
    }

    private static NavigableMap<Integer, String> levelsOf(String given) {
        NavigableMap<Integer, String> levels = new TreeMap<>();
        for (Map.Entry<String, String> pair : pairsOf(given, "[\\s,]+").entrySet()) {
            if (!pair.getKey().matches("[0-9]{1,6}") || !pair.getValue().matches("[\\x21-\\x7e]{1,255}")) return null;
            levels.put(Integer.valueOf(pair.getKey()), pair.getValue());
        }
        return levels.isEmpty() ? null : Collections.unmodifiableNavigableMap(levels);
    }

    /** Names of user federation providers may hold blanks. */
    private static Map<String, String> directoriesOf(String given) {
        Map<String, String> pairs = pairsOf(given, "\\s*[,\\n]\\s*");
        return pairs.containsValue("") ? null : pairs;
    }

    /** What is no pair gets an empty value, which nobody takes. */
    private static Map<String, String> pairsOf(String given, String between) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : given.split(between)) {
            if (pair.isBlank()) continue;
            int at = pair.lastIndexOf('=');
            pairs.put(at < 1 ? pair : pair.substring(0, at).strip(), at < 1 ? "" : pair.substring(at + 1).strip());
        }
        return Collections.unmodifiableMap(pairs);
    }

    private static NameFrom nameFromOf(String given) {
        for (NameFrom one : NameFrom.values()) if (one.written.equals(given)) return one;
        return null;
    }

    private static Boolean switchOf(String given) {
        return given.equals("true") ? Boolean.TRUE : given.equals("false") ? Boolean.FALSE : null;
    }

    private static Duration secondsOf(String given, int max) {
        if (!given.matches("[0-9]{1,8}")) return null;
        int seconds = Integer.parseInt(given);
        return seconds <= max ? Duration.ofSeconds(seconds) : null;
    }

    private static Duration timeoutOf(String given) {
        if (!given.matches("[0-9]{3,5}")) return null;
        int millis = Integer.parseInt(given);
        return millis <= TIMEOUT_MAX_MS ? Duration.ofMillis(millis) : null;
    }
}
