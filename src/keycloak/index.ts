/**
 * A realm of Keycloak, seen by whoever runs it: `readRealm` asks its admin API, `judge` (pure) says what is wrong with what
 * it read, `registrationOf` writes the client that it needs here. It knows what Keycloak calls things, and what the settings
 * of our step there mean. It changes nothing, keeps nothing, and knows nothing of step-ups: serving never loads it.
 */
export type { Finding } from './finding.ts'
export { type Judged, judge, type Own } from './judge.ts'
export type { Credentials, KeycloakPlace } from './read/admin-api.ts'
export { readRealm } from './read/read-realm.ts'
export type { RealmAsRead } from './realm.ts'
export { type Registration, registrationOf, type Wished } from './registration.ts'
export { parseRealmUrl, parseServerUrl } from './urls.ts'
