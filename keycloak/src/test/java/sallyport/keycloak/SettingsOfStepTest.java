package sallyport.keycloak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.keycloak.models.AuthenticationExecutionModel;
import org.keycloak.models.AuthenticationExecutionModel.Requirement;
import org.keycloak.models.AuthenticationFlowModel;
import org.keycloak.models.AuthenticatorConfigModel;
import org.keycloak.models.RealmModel;

class SettingsOfStepTest {
    private final Map<String, List<AuthenticationExecutionModel>> flows = new HashMap<>();

    /** Settings are as their alias is. */
    private String found(String bound, String alias) throws StepUpFailed {
        Function<Object, ?> steps = flow -> flows.get(flow).stream();
        Function<Object, ?> config = id -> config((String) id);
        Map<String, Object> answers = new HashMap<>(Map.of("getAuthenticationExecutionsStream", steps, "getAuthenticatorConfigById", config));
        answers.put("getBrowserFlow", bound == null ? null : flow(bound));
        answers.put("getAuthenticationFlowsStream", flows.keySet().stream().map(SettingsOfStepTest::flow));
        return SettingsOfStep.find(Models.of(RealmModel.class, answers), alias).get("clientId");
    }

    private void refuses(String bound, String alias, String why) {
        StepUpFailed failed = assertThrows(StepUpFailed.class, () -> found(bound, alias));
        assertEquals(Trouble.MISCONFIGURED, failed.trouble);
        assertTrue(failed.getMessage().contains(why), failed.getMessage());
    }

    @Test
    void theBrowserFlowGoesBeforeACopyOfIt() throws Exception {
        flows.put("browser", List.of(under("forms", Requirement.CONDITIONAL)));
        flows.put("forms", List.of(step("a", Requirement.REQUIRED)));
        flows.put("copy", List.of(step("b", Requirement.REQUIRED)));
        assertEquals("a", found("browser", null));
        assertEquals("a", found("browser", " "));
        assertEquals("b", found("browser", "b"));
        refuses(null, null, "several steps");
        refuses("browser", "c", "settings of that name");
    }

    @Test
    void whatIsDisabledIsNone() throws Exception {
        flows.put("browser", List.of(step("a", Requirement.DISABLED), under("forms", Requirement.DISABLED)));
        flows.put("forms", List.of(step("b", Requirement.REQUIRED)));
        refuses("browser", null, "no enabled step of this realm has settings");
        flows.put("post", List.of(step("c", Requirement.ALTERNATIVE)));
        assertEquals("c", found("browser", null));
    }

    private static AuthenticationFlowModel flow(String id) {
        AuthenticationFlowModel flow = new AuthenticationFlowModel();
        flow.setId(id);
        flow.setTopLevel(!"forms".equals(id));
        return flow;
    }

    private static AuthenticationExecutionModel step(String config, Requirement requirement) {
        AuthenticationExecutionModel step = new AuthenticationExecutionModel();
        step.setAuthenticator(SallyportAuthenticatorFactory.ID);
        step.setAuthenticatorConfig(config);
        step.setRequirement(requirement);
        return step;
    }

    private static AuthenticationExecutionModel under(String flow, Requirement requirement) {
        AuthenticationExecutionModel step = new AuthenticationExecutionModel();
        step.setAuthenticatorFlow(true);
        step.setFlowId(flow);
        step.setRequirement(requirement);
        return step;
    }

    private static AuthenticatorConfigModel config(String id) {
        AuthenticatorConfigModel config = new AuthenticatorConfigModel();
        config.setAlias(id);
        config.setConfig(Map.of("clientId", id));
        return config;
    }
}
