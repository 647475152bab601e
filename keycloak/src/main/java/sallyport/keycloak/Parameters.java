package sallyport.keycloak;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import org.keycloak.models.ClientModel;

/** What a pushed request says besides who sends it. */
final class Parameters {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ESSENTIAL = "{\"id_token\":{\"acr\":{\"essential\":true}}}";

    private Parameters() {}

    static Map<String, String> of(Attempt attempt, Asked asked, String challenge, String subject, String context, String uiLocales) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("response_type", "code");
        parameters.put("scope", "openid");
        parameters.put("redirect_uri", attempt.redirectUri());
        parameters.put("state", attempt.state());
        parameters.put("nonce", attempt.nonce());
        parameters.put("code_challenge", challenge);
        parameters.put("code_challenge_method", "S256");
        parameters.put("login_hint", subject);
        parameters.put("sallyport_context", context);
        parameters.put("ui_locales", uiLocales);
        if (!asked.acrs().isEmpty()) parameters.put("acr_values", String.join(" ", asked.acrs()));
        // Without values of its own it insists on those of acr_values.
        if (asked.essential()) parameters.put("claims", ESSENTIAL);
        if (asked.maxAge() != null) parameters.put("max_age", asked.maxAge().toString());
        if (asked.login()) parameters.put("prompt", "login");
        return parameters;
    }

    static String context(Map<String, String> identifiers, ClientModel client, Seen seen, String ip, String purpose) {
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("identifiers", identifiers);
        context.put("application", Map.of("id", clean(client.getClientId(), 255), "name", clean(nameOf(client), 100)));
        if (!seen.amr().isEmpty()) {
            context.put("amr", seen.amr());
            context.put("auth_time", seen.at());
        }
        if (ip != null && ip.matches("[0-9a-fA-F:.]{2,45}")) context.put("client_ip", ip);
        context.put("purpose", purpose);
        try {
            return JSON.writeValueAsString(context);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Keycloak's own applications have a key of its messages for a name. */
    private static String nameOf(ClientModel client) {
        String name = client.getName();
        return name == null || name.isBlank() || name.startsWith("${") ? client.getClientId() : name;
    }

    /** Names of applications are shown, and nobody vouches for what is in them. */
    static String clean(String text, int max) {
        String printable = text.replaceAll(Pages.UNPRINTABLE, " ").strip();
        return printable.isEmpty() ? "-" : printable.substring(0, printable.offsetByCodePoints(0, Math.min(max / 2, printable.codePointCount(0, printable.length()))));
    }
}
