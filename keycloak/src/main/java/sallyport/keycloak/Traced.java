package sallyport.keycloak;

/** What was thrown, as the log may have it: every class and stack frame, and of the messages what is safe. */
final class Traced extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int DEPTH_MAX = 5;

    private Traced(Throwable thrown, int depth) {
        super(described(thrown), thrown.getCause() == null || depth == DEPTH_MAX ? null : new Traced(thrown.getCause(), depth + 1), false, true);
        setStackTrace(thrown.getStackTrace());
    }

    static Traced of(Throwable thrown) {
        return new Traced(thrown, 1);
    }

    /** Codes, tokens and what they are proven with are long and random, and may have been quoted in it. */
    static String described(Throwable thrown) {
        String message = thrown.getMessage();
        String name = thrown.getClass().getName();
        return message == null ? name : name + ": " + Pages.plain(message.replaceAll("[A-Za-z0-9_-]{32,}", "…"));
    }

    @Override
    public String toString() {
        return getMessage();
    }
}
