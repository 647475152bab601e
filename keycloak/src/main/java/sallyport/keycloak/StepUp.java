package sallyport.keycloak;

import jakarta.ws.rs.core.UriBuilder;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.keycloak.common.util.SecretGenerator;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.utils.PkceUtils;

/** To Sallyport and back: a pushed request, the browser's way there, the code for an ID token. */
final class StepUp {
    private static final int RANDOM_LENGTH = 43;
    private static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private final KeycloakSession session;
    private final Settings settings;
    private final Http http;
    private final MetadataCache cache;

    StepUp(KeycloakSession session, Settings settings, MetadataCache cache) {
        this.session = session;
        this.settings = settings;
        this.http = Http.of(session, settings);
        this.cache = cache;
    }

    /** Where the browser goes. Who was sent out already is sent to the same step-up again, where nothing is sent twice. */
    URI send(Place place, Asked asked, boolean isAnew) throws StepUpFailed {
        long now = Time.currentTimeMillis() / 1000;
        Attempt before = Attempt.find(place.tab());
        boolean isSame = !isAnew && before != null && before.isOf(place.execution(), place.user().getId(), settings);
        Attempt attempt = isSame && before.canGoOn(asked, now) ? before.sentAgain(now) : push(place, asked, now);
        attempt.keep(place.tab());
        return URI.create(attempt.url());
    }

    private Attempt push(Place place, Asked asked, long now) throws StepUpFailed {
        Metadata metadata = cache.of(settings, http);
        Map<String, String> identifiers = Person.identifiers(place.realm(), place.user(), settings);
        Seen seen = Seen.of(place);
        Assertion assertion = Assertion.sign(session, settings, null);
        String verifier = PkceUtils.generateCodeVerifier();
        Attempt attempt = new Attempt(
                stateFor(place), random(), verifier, place.callback(), null, settings.issuer(), settings.clientId(), assertion.kid(), place.path(),
                place.execution(), place.user().getId(), asked, seen.at(), now, now, null, null);

        String ip = session.getContext().getConnection().getRemoteAddr();
        String context = Parameters.context(identifiers, place.client(), seen, ip, place.purpose());
        String language = session.getContext().resolveLocale(place.user()).toLanguageTag();
        String challenge = PkceUtils.encodeCodeChallenge(verifier, "S256");
        Map<String, String> parameters = Parameters.of(attempt, asked, challenge, place.user().getId(), context, language);
        Http.Reply reply = http.post(metadata.par(), authenticated(parameters, assertion));
        if (reply.status() != 201) throw refused("the request", reply);
        String uri = reply.body().path("request_uri").textValue();
        if (uri == null) throw new StepUpFailed(Trouble.UNAVAILABLE, "issuer: " + metadata.par() + " gives no request_uri");
        String url = UriBuilder.fromUri(metadata.authorize()).queryParam("client_id", "{id}").queryParam("request_uri", "{uri}").build(settings.clientId(), uri).toString();
        return attempt.to(url);
    }

    /** @throws StepUpFailed unless an ID token was had that can be believed */
    Verdict redeem(Attempt attempt) throws StepUpFailed {
        if (attempt.error() != null) throw answered(attempt.error());
        Metadata metadata = cache.of(settings, http);
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("grant_type", "authorization_code");
        parameters.put("code", attempt.code());
        parameters.put("redirect_uri", attempt.redirectUri());
        parameters.put("code_verifier", attempt.verifier());
        Assertion assertion = Assertion.sign(session, settings, attempt.kid());
        Http.Reply reply = http.post(metadata.token(), authenticated(parameters, assertion));
        if (reply.status() != 200) throw refused("the code", reply);

        boolean trusts = !attempt.asked().strict();
        TokenCheck.Expected expected = new TokenCheck.Expected(
                settings.issuer(), settings.clientId(), attempt.nonce(), attempt.user(), attempt.asked().acrs(),
                settings.acceptExempt() && !attempt.asked().essential() && !attempt.asked().equals(Asked.ENROL),
                attempt.startedAt(), trusts ? settings.maxTrustedAge().toSeconds() : 0, attempt.seenAt());
        SigningKeys keys = new SigningKeys(session, http, settings, metadata);
        return TokenCheck.judge(reply.body().path("id_token").textValue(), expected, keys, Time.currentTimeMillis() / 1000);
    }

    private Map<String, String> authenticated(Map<String, String> parameters, Assertion assertion) {
        parameters.put("client_id", settings.clientId());
        parameters.put("client_assertion_type", ASSERTION_TYPE);
        parameters.put("client_assertion", assertion.jwt());
        return parameters;
    }

    private StepUpFailed refused(String what, Http.Reply reply) {
        String error = reply.error();
        return switch (error) {
            case "invalid_client" -> new StepUpFailed(Trouble.MISCONFIGURED, "clientId, algorithm: Sallyport does not know " + settings.clientId()
                    + ", or cannot read the keys of this realm; its log has `client authentication failed` with `why`");
            case "invalid_grant" -> new StepUpFailed(Trouble.EXPIRED, "Sallyport refuses the code: it is older than a minute, was redeemed before, or is another step-up's");
            case "temporarily_unavailable", "server_error" -> unavailable(error);
            default -> new StepUpFailed(Trouble.MISCONFIGURED, "issuer, clientId: Sallyport refuses " + what + " with " + reply.status() + " " + error
                    + "; its audit has `request.refused` with the reason");
        };
    }

    /** What came back in place of a code. */
    private static StepUpFailed answered(String error) {
        return switch (error) {
            case "access_denied" -> new StepUpFailed(Trouble.DENIED, "Sallyport let the person not pass, or the person gave up");
            case "unmet_authentication_requirements" -> new StepUpFailed(Trouble.UNMET, "acrByLevel: the person has nothing that is worth it");
            case "temporarily_unavailable", "server_error" -> unavailable(error);
            default -> new StepUpFailed(Trouble.MISCONFIGURED, "clientId: Sallyport answers " + error + ", which its configuration of this client explains");
        };
    }

    private static StepUpFailed unavailable(String error) {
        return new StepUpFailed(Trouble.UNAVAILABLE, "Sallyport answers " + error + ": its log says why");
    }

    /** Tab and client are in it, so that the callback finds the tab; neither holds a dot. What is random is what proves it. */
    private static String stateFor(Place place) {
        byte[] client = place.client().getId().getBytes(StandardCharsets.UTF_8);
        return random() + "." + place.tab().getTabId() + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(client);
    }

    private static String random() {
        return SecretGenerator.getInstance().randomString(RANDOM_LENGTH);
    }
}
