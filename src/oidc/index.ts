/**
 * The OpenID Provider, profile `standard`: discovery, keys, pushed requests, authorize, begin, resume, token and userinfo.
 * It parses and responds; what happens between `begin` and `resume` is the step-up's. It owns clients, requests, codes and
 * the keys that sign. It knows no provider's name, no factor, no page's words, and it redirects to nobody unregistered.
 */
export type {
  Client,
  ClientAlgorithm,
  ClientAuth,
  Clients,
  Fetch,
  KeySource,
  SubjectClaim,
  SubjectFrom,
} from './clients/index.ts'
export { FAILURES } from './clients/index.ts'
export type { OidcDeps, OidcPages } from './deps.ts'
export { createOidc, type Oidc } from './oidc.ts'
export type { AuthorizationRequest, Once, RequestStore } from './request-store.ts'
export type { Says } from './requests/index.ts'
export { createSigningKeys, type SigningKeys, type SigningKeysDeps } from './signing/index.ts'
export type { SigningAlgorithm, SigningKey, SigningKeyStore } from './signing-key-store.ts'
