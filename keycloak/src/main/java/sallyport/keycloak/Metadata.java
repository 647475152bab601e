package sallyport.keycloak;

import com.fasterxml.jackson.databind.JsonNode;

/** Where Sallyport's endpoints are, as its discovery document says. */
record Metadata(String par, String authorize, String token, String jwks) {

    static Metadata parse(String issuer, JsonNode document) throws StepUpFailed {
        String says = document.path("issuer").textValue();
        if (!issuer.equals(says))
            throw new StepUpFailed(Trouble.MISCONFIGURED, "issuer: is " + issuer + ", but what is there calls itself " + quoted(says));
        return new Metadata(
                endpoint(issuer, document, "pushed_authorization_request_endpoint"),
                endpoint(issuer, document, "authorization_endpoint"),
                endpoint(issuer, document, "token_endpoint"),
                endpoint(issuer, document, "jwks_uri"));
    }

    private static String endpoint(String issuer, JsonNode document, String name) throws StepUpFailed {
        String url = document.path(name).textValue();
        if (url != null && Urls.isUnder(issuer, url)) return url;
        throw new StepUpFailed(Trouble.MISCONFIGURED, "issuer: its " + name + " is missing or does not lie under it: is this Sallyport?");
    }

    private static String quoted(String given) {
        return given == null ? "nothing" : given.replaceAll("[^\\x21-\\x7e]", "?").substring(0, Math.min(given.length(), 200));
    }
}
