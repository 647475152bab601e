package sallyport.keycloak;

import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.function.Function;

/** Keycloak's models that answer what they are given, and nothing else. */
final class Models {
    private Models() {}

    /** An answer that is a function is given the first argument. */
    @SuppressWarnings("unchecked")
    static <T> T of(Class<T> type, Map<String, ?> answers) {
        Class<?>[] types = {type};
        return type.cast(Proxy.newProxyInstance(Models.class.getClassLoader(), types, (proxy, method, given) -> {
            if (!answers.containsKey(method.getName())) throw new UnsupportedOperationException(method.getName());
            Object answer = answers.get(method.getName());
            return answer instanceof Function<?, ?> by ? ((Function<Object, ?>) by).apply(given[0]) : answer;
        }));
    }
}
