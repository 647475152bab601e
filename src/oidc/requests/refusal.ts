/** Until the redirect_uri is known to be the client's, we answer on our own page and redirect nowhere. */
export type PageRefusal = {
  readonly refusal:
    | 'parameters-malformed'
    | 'client-unknown'
    | 'redirect-uri-not-registered'
    | 'request-twice'
    | 'request-uri-foreign'
    | 'request-unknown'
    | 'request-expired'
    | 'object-not-allowed'
    | 'object-not-verified'
    | 'object-conflict'
    | 'link-forged'
    | 'step-up-unknown'
    | 'other-browser'
    | 'finished-elsewhere'
}

/** The identifier by which the client is registered to be looked up. */
export type IdentifierMissing = 'preferred-username-missing' | 'email-missing' | 'upn-missing'

/** What the client itself may hear, at a redirect_uri it registered (or as JSON, where it pushed its request). */
export type ClientRefusal = {
  readonly refusal:
    | 'response-type-unsupported'
    | 'response-mode-unsupported'
    | 'scope-without-openid'
    | 'pkce-missing'
    | 'state-invalid'
    | 'nonce-invalid'
    | 'nonce-replayed'
    | 'state-and-nonce-missing'
    | 'prompt-unsupported'
    | 'max-age-invalid'
    | 'acr-values-invalid'
    | 'claims-invalid'
    | 'ui-locales-invalid'
    | 'subject-missing'
    | IdentifierMissing
    | 'subject-conflict'
    | 'context-invalid'
    | 'context-unsigned'
    | 'request-unsigned'
    | 'hint-unsupported'
    | 'registration-unsupported'
    | 'question-needed'
    | 'essential-acr-unmet'
    | 'auth-time-missing'
    | 'not-completed'
    | 'fault'
}

export type Refusal = PageRefusal | ClientRefusal

/** What our own page says. Which words that are is for the pages to know. */
export type Says =
  | 'not-understood'
  | 'client-unknown'
  | 'not-found'
  | 'expired'
  | 'other-browser'
  | 'finished-elsewhere'
  | 'try-again-later'

const PAGE = {
  'parameters-malformed': { status: 400, says: 'not-understood' },
  'client-unknown': { status: 400, says: 'client-unknown' },
  'redirect-uri-not-registered': { status: 400, says: 'client-unknown' },
  'request-twice': { status: 400, says: 'not-understood' },
  'request-uri-foreign': { status: 400, says: 'not-understood' },
  'request-unknown': { status: 400, says: 'expired' },
  'request-expired': { status: 400, says: 'expired' },
  'object-not-allowed': { status: 400, says: 'not-understood' },
  'object-not-verified': { status: 400, says: 'not-understood' },
  'object-conflict': { status: 400, says: 'not-understood' },
  'link-forged': { status: 404, says: 'not-found' },
  'step-up-unknown': { status: 404, says: 'not-found' },
  'other-browser': { status: 403, says: 'other-browser' },
  'finished-elsewhere': { status: 409, says: 'finished-elsewhere' },
} as const satisfies Record<PageRefusal['refusal'], { status: number; says: Says }>

export const pageOf = ({ refusal }: PageRefusal): { status: number; says: Says } => PAGE[refusal]

/** Inside we know which check failed; the client learns only what the specification lets it act on. */
const WIRE = {
  'response-type-unsupported': ['unsupported_response_type', 'response_type must be code'],
  'response-mode-unsupported': ['invalid_request', 'response_mode must be query'],
  'scope-without-openid': ['invalid_scope', 'scope must contain openid'],
  'pkce-missing': ['invalid_request', 'code_challenge with code_challenge_method S256 is required'],
  'state-invalid': ['invalid_request', 'state is not acceptable'],
  'nonce-invalid': ['invalid_request', 'nonce is not acceptable'],
  'nonce-replayed': ['invalid_request', 'nonce was used before'],
  'state-and-nonce-missing': ['invalid_request', 'an unsigned request needs state or nonce'],
  'prompt-unsupported': ['invalid_request', 'prompt must be none or login'],
  'max-age-invalid': ['invalid_request', 'max_age is not acceptable'],
  'acr-values-invalid': ['invalid_request', 'acr_values is not acceptable'],
  'claims-invalid': ['invalid_request', 'claims is not acceptable'],
  'ui-locales-invalid': ['invalid_request', 'ui_locales is not acceptable'],
  'subject-missing': ['invalid_request', 'the subject is missing or not acceptable'],
  'preferred-username-missing': [
    'invalid_request',
    'sallyport_context.identifiers.preferred_username is missing',
  ],
  'email-missing': ['invalid_request', 'sallyport_context.identifiers.email is missing'],
  'upn-missing': ['invalid_request', 'sallyport_context.identifiers.upn is missing'],
  'subject-conflict': ['invalid_request', 'the request names two subjects'],
  'context-invalid': ['invalid_request', 'sallyport_context is not acceptable'],
  'context-unsigned': ['invalid_request', 'sallyport_context must be signed'],
  'request-unsigned': ['invalid_request', 'the request must be pushed or signed'],
  'hint-unsupported': ['invalid_request', 'id_token_hint is not supported'],
  'registration-unsupported': ['registration_not_supported', 'registration is not supported'],
  'question-needed': ['login_required', 'the person has to be asked'], // prompt=none
  'essential-acr-unmet': ['unmet_authentication_requirements', 'the acr cannot be met'],
  'auth-time-missing': ['unmet_authentication_requirements', 'auth_time cannot be given'],
  'not-completed': ['access_denied', 'the step-up was not completed'],
  fault: ['temporarily_unavailable', 'try again later'],
} as const satisfies Record<ClientRefusal['refusal'], readonly [string, string]>

/** The same, where a client pushed its request and no page can be shown. */
const PUSHED = {
  ...WIRE,
  'parameters-malformed': ['invalid_request', 'the parameters are not acceptable'],
  'client-unknown': ['invalid_request', 'client_id is not acceptable'],
  'redirect-uri-not-registered': ['invalid_request', 'redirect_uri is not registered'],
  'request-twice': ['invalid_request', 'request_uri must not be pushed'],
  'request-uri-foreign': ['invalid_request', 'request_uri must not be pushed'],
  'request-unknown': ['invalid_request', 'the request is not known'],
  'request-expired': ['invalid_request', 'the request has expired'],
  'object-not-allowed': ['request_not_supported', 'request is not enabled for this client'],
  'object-not-verified': ['invalid_request_object', 'the request object is not acceptable'],
  'object-conflict': ['invalid_request_object', 'parameters outside the request object differ'],
  'link-forged': ['invalid_request', 'the request is not known'],
  'step-up-unknown': ['invalid_request', 'the request is not known'],
  'other-browser': ['access_denied', 'the step-up was not completed'],
  'finished-elsewhere': ['access_denied', 'the step-up was not completed'],
} as const satisfies Record<Refusal['refusal'], readonly [string, string]>

export type WireError = { readonly error: string; readonly error_description: string }

export function wireError({ refusal }: Refusal): WireError {
  const [error, description] = PUSHED[refusal]
  return { error, error_description: description }
}
