package sallyport.keycloak;

import java.util.OptionalInt;
import org.keycloak.authentication.authenticators.conditional.ConditionalLoaAuthenticator;
import org.keycloak.authentication.authenticators.conditional.ConditionalLoaAuthenticatorFactory;
import org.keycloak.models.AuthenticationExecutionModel;
import org.keycloak.models.AuthenticatorConfigModel;
import org.keycloak.models.Constants;
import org.keycloak.models.RealmModel;
import org.keycloak.sessions.AuthenticationSessionModel;

/** Which of Keycloak's levels of authentication a step stands for. */
final class Level {
    private static final int DEPTH_MAX = 20;

    private Level() {}

    /** That of the nearest condition around the step; without one, what the application asked for. */
    static OptionalInt of(RealmModel realm, AuthenticationExecutionModel step, AuthenticationSessionModel tab) {
        String flow = step.getParentFlow();
        for (int depth = 0; flow != null && depth < DEPTH_MAX; depth++) {
            OptionalInt level = guarding(realm, flow);
            if (level.isPresent()) return level;
            AuthenticationExecutionModel parent = realm.getAuthenticationExecutionByFlowId(flow);
            flow = parent == null ? null : parent.getParentFlow();
        }
        return number(tab.getClientNote(Constants.REQUESTED_LEVEL_OF_AUTHENTICATION));
    }

    private static OptionalInt guarding(RealmModel realm, String flow) {
        return realm.getAuthenticationExecutionsStream(flow)
                .filter(one -> one.isEnabled() && ConditionalLoaAuthenticatorFactory.PROVIDER_ID.equals(one.getAuthenticator()))
                .map(one -> one.getAuthenticatorConfig() == null ? null : realm.getAuthenticatorConfigById(one.getAuthenticatorConfig()))
                .flatMapToInt(config -> level(config).stream())
                .findFirst();
    }

    private static OptionalInt level(AuthenticatorConfigModel config) {
        return config == null || config.getConfig() == null ? OptionalInt.empty() : number(config.getConfig().get(ConditionalLoaAuthenticator.LEVEL));
    }

    private static OptionalInt number(String given) {
        boolean isOne = given != null && given.matches("[0-9]{1,6}");
        return isOne ? OptionalInt.of(Integer.parseInt(given)) : OptionalInt.empty();
    }
}
