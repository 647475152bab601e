package sallyport.keycloak;

/**
 * What can keep a step-up from succeeding. The event error is for Keycloak's event store and its metrics, so it is one of these and
 * never made up from what came in.
 */
enum Trouble {
    /** The person was refused or gave up. The one that brute-force detection counts. */
    DENIED("stepup_denied", 401),
    /** Nothing that the person has is worth what is asked. */
    UNMET("stepup_unmet", 403),
    /** Keycloak has locked the account. */
    LOCKED("stepup_locked", 403),
    /** What came back was too late, or came twice. */
    EXPIRED("stepup_expired", 400),
    /** Not from the browser and tab that was sent out. */
    STRANGER("stepup_state_mismatch", 400),
    NO_SESSION("stepup_no_session", 400),
    UNAVAILABLE("stepup_unavailable", 503),
    /** A setting, here or at Sallyport, is wrong. */
    MISCONFIGURED("stepup_misconfigured", 500),
    /** An answer that cannot be believed. */
    BAD_TOKEN("stepup_bad_token", 502),
    /** The person lacks the name by which Sallyport is to know them. */
    UNNAMED("stepup_unnamed", 403),
    /** The application wants no question asked. */
    SILENT("stepup_interaction_required", 400),
    /** Something that nobody thought of. */
    INTERNAL("stepup_internal_error", 500);

    final String event;
    final int status;

    Trouble(String event, int status) {
        this.event = event;
        this.status = status;
    }

    /** The message of the page, in theme-resources/messages. */
    String page() {
        return "sallyport-" + name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    /**
     * Only what the person did. Whatever is wrong with the installation must lock nobody out, however often it happens.
     */
    boolean counts() {
        return this == DENIED;
    }

    boolean mayRetry() {
        return this != LOCKED && this != SILENT && this != NO_SESSION;
    }
}
