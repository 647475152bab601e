package sallyport.keycloak;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.keycloak.models.AuthenticationExecutionModel;
import org.keycloak.models.AuthenticationFlowModel;
import org.keycloak.models.AuthenticatorConfigModel;
import org.keycloak.models.RealmModel;

/** Which step's settings {@code sallyport-enrol} takes, so that nothing is set twice. */
final class SettingsOfStep {
    private SettingsOfStep() {}

    /**
     * Those of the browser flow of the realm where it has some: a copy that somebody works on, and that nobody walks, changes nothing.
     *
     * @param alias of the settings; null or blank: whichever there are
     */
    static Map<String, String> find(RealmModel realm, String alias) throws StepUpFailed {
        List<Map<String, String>> found = in(realm, alias, Stream.ofNullable(realm.getBrowserFlow()));
        if (found.isEmpty()) found = in(realm, alias, realm.getAuthenticationFlowsStream().filter(AuthenticationFlowModel::isTopLevel));
        if (found.size() == 1) return found.get(0);
        throw new StepUpFailed(Trouble.MISCONFIGURED, EnrolActionFactory.SETTINGS + ": " + why(found.isEmpty(), isGiven(alias)));
    }

    private static List<Map<String, String>> in(RealmModel realm, String alias, Stream<AuthenticationFlowModel> flows) {
        return flows.flatMap(flow -> enabled(realm, flow.getId()))
                .filter(step -> SallyportAuthenticatorFactory.ID.equals(step.getAuthenticator()) && step.getAuthenticatorConfig() != null)
                .map(step -> realm.getAuthenticatorConfigById(step.getAuthenticatorConfig()))
                .filter(Objects::nonNull)
                .filter(config -> !isGiven(alias) || alias.equals(config.getAlias()))
                .map(AuthenticatorConfigModel::getConfig)
                .distinct()
                .toList();
    }

    private static Stream<AuthenticationExecutionModel> enabled(RealmModel realm, String flow) {
        return realm.getAuthenticationExecutionsStream(flow)
                .filter(AuthenticationExecutionModel::isEnabled)
                .flatMap(step -> step.isAuthenticatorFlow() ? enabled(realm, step.getFlowId()) : Stream.of(step));
    }

    private static String why(boolean isNone, boolean isGiven) {
        if (!isNone) return "the realm has several steps with different settings: say which";
        return isGiven ? "no enabled step of this realm has settings of that name" : "no enabled step of this realm has settings";
    }

    private static boolean isGiven(String alias) {
        return alias != null && !alias.isBlank();
    }
}
