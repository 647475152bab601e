package sallyport.keycloak;

/** Why a step-up came to nothing. The hint is for the server log: it names the setting, and holds no secret. */
final class StepUpFailed extends Exception {
    private static final long serialVersionUID = 1L;

    final Trouble trouble;

    StepUpFailed(Trouble trouble, String hint) {
        super(hint);
        this.trouble = trouble;
    }

    StepUpFailed(Trouble trouble, String hint, Throwable cause) {
        super(hint, cause);
        this.trouble = trouble;
    }
}
