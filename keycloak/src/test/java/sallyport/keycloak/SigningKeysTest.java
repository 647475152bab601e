package sallyport.keycloak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.keycloak.keys.PublicKeyStorageProvider;
import org.keycloak.models.KeycloakSession;

class SigningKeysTest {
    private static final StepUpFailed OUTAGE = new StepUpFailed(Trouble.UNAVAILABLE, "issuer: has no key set");

    @Test
    void anOutageIsOneWhoeverWasTheOneToAsk() {
        RuntimeException others = new RuntimeException(new ExecutionException(OUTAGE));
        StepUpFailed failed = assertThrows(StepUpFailed.class, () -> verified(() -> {
            throw others;
        }));
        assertSame(OUTAGE, failed);
    }

    @Test
    void whatIsNoOutageIsNotCalledOne() {
        RuntimeException defect = new IllegalStateException("x");
        assertSame(defect, assertThrows(IllegalStateException.class, () -> verified(() -> {
            throw defect;
        })));
    }

    @Test
    void anUnknownKeyIsAskedForOnceMore() throws Exception {
        List<String> calls = new ArrayList<>();
        assertFalse(verified(() -> null, calls));
        assertEquals(List.of("getPublicKey", "reloadKeys"), calls);
    }

    private static boolean verified(Supplier<Object> cache) throws Exception {
        return verified(cache, new ArrayList<>());
    }

    private static boolean verified(Supplier<Object> cache, List<String> calls) throws Exception {
        PublicKeyStorageProvider provider = proxy(PublicKeyStorageProvider.class, (proxy, method, given) -> {
            calls.add(method.getName());
            return method.getName().equals("reloadKeys") ? Boolean.FALSE : cache.get();
        });
        KeycloakSession session = proxy(KeycloakSession.class, (proxy, method, given) -> provider);
        Settings settings = Settings.parse(SettingsTest.given(), SettingsTest.REALM);
        Metadata metadata = new Metadata("p", "a", "t", "j");
        return new SigningKeys(session, null, settings, metadata).verify("ES256", "k", new byte[1], new byte[64]);
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(SigningKeysTest.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
