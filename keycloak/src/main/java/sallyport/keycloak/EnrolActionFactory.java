package sallyport.keycloak;

import java.util.ArrayList;
import java.util.List;
import org.keycloak.Config;
import org.keycloak.authentication.RequiredActionFactory;
import org.keycloak.authentication.RequiredActionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.ProviderConfigProperty;

public class EnrolActionFactory implements RequiredActionFactory {
    static final String ID = "sallyport-enrol";
    static final String SETTINGS = "settings";

    private final MetadataCache cache = new MetadataCache();

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public RequiredActionProvider create(KeycloakSession session) {
        return new EnrolAction(session, cache);
    }

    @Override
    public String getDisplayText() {
        return "Manage second factor (Sallyport)";
    }

    @Override
    public boolean isConfigurable() {
        return true;
    }

    /** With the age of the sign-in, which every action has. */
    @Override
    public List<ProviderConfigProperty> getConfigMetadata() {
        List<ProviderConfigProperty> all = new ArrayList<>(MAX_AUTH_AGE_CONFIG_PROPERTIES);
        all.add(new ProviderConfigProperty(SETTINGS, "Settings of", "Alias of the step in a flow whose settings are used. Empty: the one in the browser flow, or else the only one that is enabled.", ProviderConfigProperty.STRING_TYPE, null));
        return List.copyOf(all);
    }

    @Override
    public void init(Config.Scope config) {}

    @Override
    public void postInit(KeycloakSessionFactory factory) {}

    @Override
    public void close() {}
}
