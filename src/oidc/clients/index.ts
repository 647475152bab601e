/**
 * Who calls: registered clients, how they prove who they are, and the keys that they sign with. It returns what an
 * assertion uses up and never uses it up itself. It knows nothing of subjects, pages or stores.
 */
export {
  CLIENT_ALGORITHMS,
  type Client,
  type ClientAlgorithm,
  type ClientAuth,
  type Clients,
  type KeySource,
  type SubjectClaim,
  type SubjectFrom,
} from './client.ts'
export {
  type Authenticate,
  type Authenticated,
  createAuthenticate,
} from './client-authentication.ts'
export { type ClientKeys, type ClientKeysDeps, createClientKeys } from './client-keys.ts'
export { createFailed, FAILURES, type Failed, type Failure } from './failures.ts'
export type { Fetch } from './fetch-key-set.ts'
export { SKEW_SECONDS, verifySigned } from './signed-jwt.ts'
