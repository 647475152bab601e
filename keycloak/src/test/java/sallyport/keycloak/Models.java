package sallyport.keycloak;

import java.lang.reflect.Proxy;
import java.util.Map;

/** Keycloak's models that answer what they are given, and nothing else. */
final class Models {
    private Models() {}

    static <T> T of(Class<T> type, Map<String, ?> answers) {
        Class<?>[] types = {type};
        return type.cast(Proxy.newProxyInstance(Models.class.getClassLoader(), types, (proxy, method, given) -> {
            if (!answers.containsKey(method.getName())) throw new UnsupportedOperationException(method.getName());
            return answers.get(method.getName());
        }));
    }
}
