package sallyport.keycloak;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * What has to be remembered while a browser is at Sallyport, and what it came back with. One for each tab: it is kept in the
 * authentication session of the tab, and that is found by the browser's own cookie only.
 *
 * @param state       what must come back; null once something has
 * @param redirectUri as it was sent, since the token endpoint hears it again
 * @param url         where the browser was sent
 * @param kid         the realm's key that signed, so that a rotation in between changes nothing
 * @param path        the part of Keycloak that goes on with it
 * @param seenAt      what was signed as the time of Keycloak's own proof
 */
record Attempt(
        String state,
        String nonce,
        String verifier,
        String redirectUri,
        String url,
        String issuer,
        String clientId,
        String kid,
        String path,
        String execution,
        String user,
        Asked asked,
        Long seenAt,
        long startedAt,
        long sentAt,
        String code,
        String error) {

    /** Client notes outlive a restart of the login, which auth notes do not. */
    private static final String NOTE = "sallyport.attempt";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** How long Sallyport waits for a pushed request to be opened. */
    static final long OPENED_WITHIN_SECONDS = 55;
    /** What a person has at Sallyport, at most. */
    static final long LIFE_SECONDS = 900;
    static final long AT_ONCE_SECONDS = 30;

    /** Null: there is none, or one that an older jar wrote. */
    static Attempt find(AuthenticationSessionModel tab) {
        String note = tab.getClientNote(NOTE);
        try {
            return note == null ? null : JSON.readValue(note, Attempt.class);
        } catch (JsonProcessingException foreign) {
            return null;
        }
    }

    static void forget(AuthenticationSessionModel tab) {
        tab.removeClientNote(NOTE);
    }

    void keep(AuthenticationSessionModel tab) {
        try {
            tab.setClientNote(NOTE, JSON.writeValueAsString(this));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    boolean isAnswered() {
        return code != null || error != null;
    }

    /** Whether this is about the same step of the same person. */
    boolean isOf(String thisExecution, String thisUser, Settings settings) {
        boolean isThere = issuer.equals(settings.issuer()) && clientId.equals(settings.clientId());
        return execution.equals(thisExecution) && user.equals(thisUser) && isThere;
    }

    /**
     * Whether the browser can be sent where it was sent before, so that a refresh or Back finds the step-up that is under way. Who is
     * back at once, although the request could have run out unopened, was not helped by it.
     */
    boolean canGoOn(Asked wanted, long now) {
        boolean isUnderWay = !isAnswered() && asked.equals(wanted) && now - startedAt <= LIFE_SECONDS;
        boolean isFresh = now - startedAt <= OPENED_WITHIN_SECONDS;
        return isUnderWay && (isFresh || now - sentAt > AT_ONCE_SECONDS);
    }

    Attempt to(String where) {
        return new Attempt(state, nonce, verifier, redirectUri, where, issuer, clientId, kid, path, execution, user, asked, seenAt, startedAt, sentAt, code, error);
    }

    Attempt sentAgain(long now) {
        return new Attempt(state, nonce, verifier, redirectUri, url, issuer, clientId, kid, path, execution, user, asked, seenAt, startedAt, now, code, error);
    }

    Attempt answered(String withCode, String withError) {
        return new Attempt(
                null, nonce, verifier, redirectUri, url, issuer, clientId, kid, path, execution, user, asked, seenAt, startedAt, sentAt, withCode, withError);
    }
}
