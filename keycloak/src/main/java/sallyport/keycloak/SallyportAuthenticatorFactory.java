package sallyport.keycloak;

import static org.keycloak.provider.ProviderConfigProperty.BOOLEAN_TYPE;
import static org.keycloak.provider.ProviderConfigProperty.LIST_TYPE;
import static org.keycloak.provider.ProviderConfigProperty.STRING_TYPE;

import java.util.List;
import org.keycloak.Config;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.AuthenticationFlowCallbackFactory;
import org.keycloak.models.AuthenticationExecutionModel.Requirement;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.ProviderConfigProperty;

public class SallyportAuthenticatorFactory implements AuthenticationFlowCallbackFactory {
    static final String ID = "sallyport";

    private static final Requirement[] CHOICES = {Requirement.REQUIRED, Requirement.ALTERNATIVE, Requirement.DISABLED};

    private final MetadataCache cache = new MetadataCache();

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public Authenticator create(KeycloakSession session) {
        return new SallyportAuthenticator(session, cache);
    }

    @Override
    public String getDisplayType() {
        return "Sallyport";
    }

    @Override
    public String getHelpText() {
        return "Asks Sallyport for a second factor and goes on only with a signed answer that says what was proven.";
    }

    /** Any name of our own would keep Keycloak (26.6 and later) from counting who fails. */
    @Override
    public String getReferenceCategory() {
        return null;
    }

    @Override
    public boolean isConfigurable() {
        return true;
    }

    @Override
    public Requirement[] getRequirementChoices() {
        return CHOICES;
    }

    @Override
    public boolean isUserSetupAllowed() {
        return false;
    }

    @Override
    public List<ProviderConfigProperty> getConfigProperties() {
        ProviderConfigProperty nameFrom = property("nameFrom", "Name of the person", LIST_TYPE, "username",
                "By what Sallyport is to find the person: the user name, the verified email address, the immutable id in a directory (see Directories), or a user attribute. Choose nothing that people can change themselves.");
        nameFrom.setOptions(List.of("username", "email", "ldapId", "attribute"));
        ProviderConfigProperty algorithm = property("algorithm", "Signature algorithm", LIST_TYPE, "RS256",
                "With which key of this realm requests are signed. RS256 always has one.");
        algorithm.setOptions(Settings.ALGORITHMS.stream().sorted().toList());
        return List.of(
                required(property("issuer", "Issuer", STRING_TYPE, null, "The issuer URL of Sallyport as in its configuration, such as https://2fa.example.com, without a trailing slash.")),
                required(property("clientId", "Client ID", STRING_TYPE, null, "The id of this realm in Sallyport's configuration (clients). There is no secret: requests are signed with the realm's own key.")),
                property("acrByLevel", "acr by level", STRING_TYPE, "2=mfa",
                        "Which acr to ask of Sallyport for which level of authentication (LoA) of this flow, such as: 2=mfa 3=phr. What is listed for a higher level will do for a lower one."),
                nameFrom,
                property("nameAttribute", "User attribute", STRING_TYPE, null, "With Name of the person = attribute: which one. It must not be one that people can edit."),
                property("directories", "Directories", STRING_TYPE, null,
                        "User federation provider = directory of Sallyport, separated by commas, such as: corp-ldap=corp. Their people are found by immutable id (LDAP_ID) and not by name."),
                property("maxTrustedAge", "Older proofs (seconds)", STRING_TYPE, "0",
                        "How old a factor that was proven before may be, where Sallyport trusts the browser or device. 0: asked each time. Never with prompt=login or max_age."),
                property("acceptExempt", "Accept exempt", BOOLEAN_TYPE, "false",
                        "Lets people pass whom Sallyport does not ask (acr exempt or delegated). They do not reach the level."),
                property("timeout", "Timeout (ms)", STRING_TYPE, "3000", "How long Keycloak waits for an answer of Sallyport."),
                algorithm);
    }

    private static ProviderConfigProperty property(String name, String label, String type, Object otherwise, String help) {
        return new ProviderConfigProperty(name, label, help, type, otherwise);
    }

    private static ProviderConfigProperty required(ProviderConfigProperty property) {
        property.setRequired(true);
        return property;
    }

    @Override
    public void init(Config.Scope config) {}

    @Override
    public void postInit(KeycloakSessionFactory factory) {}

    @Override
    public void close() {}
}
