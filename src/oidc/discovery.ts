import type { ErrorRequestHandler, Router } from 'express'
import { LOCALES } from '../kernel/index.ts'
import { CLIENT_ALGORITHMS, type Clients } from './clients/index.ts'
import { machineEnd, sendPublic } from './json.ts'

export type DiscoveryDoor = {
  readonly issuer: string
  readonly clients: Clients
  /** As the policy in force has them. */
  readonly acrValues: () => readonly string[]
}

/** GET /.well-known/openid-configuration (OpenID Connect Discovery 1.0, RFC 8414, RFC 9126, RFC 9101, RFC 9207). */
export function discovery(router: Router, door: DiscoveryDoor, faults: ErrorRequestHandler): void {
  const route = router.route('/.well-known/openid-configuration')
  route.get((_request, response) => {
    sendPublic(response, metadata(door))
  })
  route.all(...machineEnd('GET, HEAD', faults))
}

export function metadata({ issuer, clients, acrValues }: DiscoveryDoor) {
  const everyone = [...clients.values()].map(({ subject }) => subject.from)
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    pushed_authorization_request_endpoint: `${issuer}/par`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/jwks`,
    scopes_supported: ['openid'],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code'],
    subject_types_supported: ['public'],
    acr_values_supported: acrValues(),
    id_token_signing_alg_values_supported: ['ES256'],
    request_object_signing_alg_values_supported: CLIENT_ALGORITHMS,
    token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic'],
    token_endpoint_auth_signing_alg_values_supported: CLIENT_ALGORITHMS,
    code_challenge_methods_supported: ['S256'],
    claims_supported: CLAIMS,
    claim_types_supported: ['normal'],
    claims_parameter_supported: true,
    request_parameter_supported: true,
    // A request_uri of somebody else's is never fetched; those of pushed requests are not meant by this.
    request_uri_parameter_supported: false,
    require_request_uri_registration: false,
    require_pushed_authorization_requests: everyone.every((from) => from.join() === 'par'),
    prompt_values_supported: ['none', 'login'],
    ui_locales_supported: LOCALES,
    authorization_response_iss_parameter_supported: true,
  }
}

const CLAIMS = ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce', 'jti', 'acr', 'amr', 'auth_time']
