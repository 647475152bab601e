package sallyport.keycloak;

import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.services.Urls;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * Where in Keycloak a person is sent out from, and comes back to.
 *
 * @param path      the part of {@code /login-actions} that goes on
 * @param execution what it calls the step
 * @param purpose   {@code sign-in} or {@code enrol}
 */
record Place(KeycloakSession session, AuthenticationSessionModel tab, UserModel user, String path, String execution, String purpose) {

    static String realmUrl(KeycloakSession session) {
        return Urls.realmIssuer(session.getContext().getUri().getBaseUri(), session.getContext().getRealm().getName());
    }

    RealmModel realm() {
        return tab.getRealm();
    }

    ClientModel client() {
        return tab.getClient();
    }

    /** The session that a step-up goes on with, which has the same id. Null: there is none, or it is somebody else's. */
    UserSessionModel live() {
        UserSessionModel live = session.sessions().getUserSession(realm(), tab.getParentSession().getId());
        return live != null && live.getUser() != null && live.getUser().getId().equals(user.getId()) ? live : null;
    }

    String callback() {
        return realmUrl(session) + "/" + CallbackFactory.ID + "/" + Callback.PATH;
    }
}
