package sallyport.keycloak;

import java.util.UUID;
import org.keycloak.common.util.Time;
import org.keycloak.crypto.KeyUse;
import org.keycloak.crypto.KeyWrapper;
import org.keycloak.crypto.SignatureProvider;
import org.keycloak.jose.jws.JWSBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.representations.JsonWebToken;

/** private_key_jwt (RFC 7523) by a key of the realm, which Sallyport reads at the realm's own address: there is no secret to keep. */
record Assertion(String jwt, String kid) {
    private static final long LIFE_SECONDS = 60;

    /** @param kid of the key that signed before; null or gone meanwhile: the active one */
    static Assertion sign(KeycloakSession session, Settings settings, String kid) throws StepUpFailed {
        RealmModel realm = session.getContext().getRealm();
        String algorithm = settings.algorithm();
        KeyWrapper key = kid == null ? null : session.keys().getKey(realm, kid, KeyUse.SIG, algorithm);
        if (key == null || key.getPrivateKey() == null) key = session.keys().getActiveKey(realm, KeyUse.SIG, algorithm);
        if (key == null) throw new StepUpFailed(Trouble.MISCONFIGURED, "algorithm: the realm has no key for " + algorithm);

        long now = Time.currentTimeMillis() / 1000;
        JsonWebToken claims = new JsonWebToken()
                .id(UUID.randomUUID().toString())
                .issuer(settings.clientId())
                .subject(settings.clientId())
                .audience(settings.issuer())
                .iat(now)
                .exp(now + LIFE_SECONDS);
        SignatureProvider provider = session.getProvider(SignatureProvider.class, algorithm);
        return new Assertion(new JWSBuilder().type("JWT").jsonContent(claims).sign(provider.signer(key)), key.getKid());
    }
}
