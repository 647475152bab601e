package sallyport.keycloak;

import java.io.IOException;
import org.keycloak.common.VerificationException;
import org.keycloak.crypto.KeyWrapper;
import org.keycloak.crypto.PublicKeysWrapper;
import org.keycloak.crypto.SignatureProvider;
import org.keycloak.jose.jwk.JSONWebKeySet;
import org.keycloak.jose.jwk.JWK;
import org.keycloak.keys.PublicKeyLoader;
import org.keycloak.keys.PublicKeyStorageProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.util.JWKSUtils;
import org.keycloak.util.JsonSerialization;

/** The keys with which Sallyport signs, in Keycloak's own cache of keys, where one request serves all logins. */
final class SigningKeys implements TokenCheck.Keys {
    private final KeycloakSession session;
    private final Http http;
    private final String issuer;
    private final String jwksUri;
    private StepUpFailed unread;

    SigningKeys(KeycloakSession session, Http http, Settings settings, Metadata metadata) {
        this.session = session;
        this.http = http;
        this.issuer = settings.issuer();
        this.jwksUri = metadata.jwks();
    }

    /** On a bad signature the set is read anew, once: the cache asks for unknown names only, and a name may have got another key. */
    @Override
    public boolean verify(String algorithm, String kid, byte[] signed, byte[] signature) throws StepUpFailed {
        try {
            if (isByOne(algorithm, kid, signed, signature)) return true;
        } catch (RuntimeException thrown) {
            throw unreadIn(thrown);
        }
        if (unread != null) throw unread;
        return false;
    }

    private boolean isByOne(String algorithm, String kid, byte[] signed, byte[] signature) {
        PublicKeyStorageProvider cache = session.getProvider(PublicKeyStorageProvider.class);
        String name = "sallyport::" + issuer;
        if (isBy(cache.getPublicKey(name, kid, algorithm, loader()), algorithm, signed, signature)) return true;
        boolean isNew = cache.reloadKeys(name, loader());
        return isNew && isBy(cache.getPublicKey(name, kid, algorithm, loader()), algorithm, signed, signature);
    }

    /** Somebody else's attempt may be what failed: of several who want the keys at once, one reads them. */
    private static StepUpFailed unreadIn(RuntimeException thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) if (cause instanceof StepUpFailed failed) return failed;
        throw thrown;
    }

    private boolean isBy(KeyWrapper key, String algorithm, byte[] signed, byte[] signature) {
        if (key == null) return false;
        try {
            return session.getProvider(SignatureProvider.class, algorithm).verifier(key).verify(signed, signature);
        } catch (VerificationException | RuntimeException bad) {
            return false;
        }
    }

    /** Now and then the cache only logs what goes wrong in here, and then has no key: that it was an outage is remembered. */
    private PublicKeyLoader loader() {
        return () -> {
            unread = null;
            try {
                return load();
            } catch (StepUpFailed failed) {
                unread = failed;
                throw failed;
            }
        };
    }

    // The newer way is not in 26.5.
    @SuppressWarnings("deprecation")
    private PublicKeysWrapper load() throws StepUpFailed {
        Http.Reply reply = http.get(jwksUri);
        try {
            if (reply.status() == 200)
                return JWKSUtils.getKeyWrappersForUse(JsonSerialization.readValue(reply.body().toString(), JSONWebKeySet.class), JWK.Use.SIG);
        } catch (IOException | RuntimeException noKeySet) {
            // As below.
        }
        throw new StepUpFailed(Trouble.UNAVAILABLE, "issuer: " + jwksUri + " has no key set (" + reply.status() + ")");
    }
}
