package sallyport.keycloak;

import java.util.Map;
import org.keycloak.component.ComponentModel;
import org.keycloak.models.LDAPConstants;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.storage.StorageId;

/** By what Sallyport is to find a person. One way only, so that it cannot find another person by a second one. */
final class Person {
    private Person() {}

    static Map<String, String> identifiers(RealmModel realm, UserModel user, Settings settings) throws StepUpFailed {
        String provider = federationOf(realm, user);
        String directory = provider == null ? null : settings.directories().get(provider);
        if (directory != null) return Map.of("directory", directory, "immutable_id", ldapId(user, provider));
        return switch (settings.nameFrom()) {
            case USERNAME -> Map.of("preferred_username", user.getUsername());
            case EMAIL -> Map.of("email", email(user));
            case ATTRIBUTE -> Map.of("preferred_username", attribute(user, settings.nameAttribute()));
            case LDAP_ID -> throw new StepUpFailed(Trouble.MISCONFIGURED, provider == null
                    ? "nameFrom: is ldapId, and the user is from no user federation"
                    : "directories: names no directory for user federation " + provider);
        };
    }

    /** The name of the user federation provider; null for Keycloak's own people. */
    private static String federationOf(RealmModel realm, UserModel user) {
        String link = user.getFederationLink();
        String id = link != null ? link : StorageId.isLocalStorage(user.getId()) ? null : StorageId.providerId(user.getId());
        ComponentModel component = id == null ? null : realm.getComponent(id);
        return component == null ? id : component.getName();
    }

    private static String ldapId(UserModel user, String provider) throws StepUpFailed {
        String id = user.getFirstAttribute(LDAPConstants.LDAP_ID);
        if (id != null && !id.isBlank()) return id;
        throw new StepUpFailed(Trouble.UNNAMED, "directories: the user of user federation " + provider + " has no " + LDAPConstants.LDAP_ID);
    }

    /** What anybody can write into their own account names nobody. */
    private static String email(UserModel user) throws StepUpFailed {
        if (user.getEmail() != null && user.isEmailVerified()) return user.getEmail();
        throw new StepUpFailed(Trouble.UNNAMED, "nameFrom: is email, and the user has none that is verified");
    }

    private static String attribute(UserModel user, String name) throws StepUpFailed {
        String value = user.getFirstAttribute(name);
        if (value != null && !value.isBlank()) return value;
        throw new StepUpFailed(Trouble.UNNAMED, "nameAttribute: the user has no attribute " + name);
    }
}
