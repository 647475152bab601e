import type { KeycloakTools } from './cli/index.ts'
import { ok } from './kernel/index.ts'
import {
  judge,
  parseRealmUrl,
  parseServerUrl,
  readRealm,
  registrationOf,
} from './keycloak/index.ts'

/** What the commands reach of a Keycloak: it is read here, and judged without the network. */
export const keycloak: KeycloakTools = {
  ...{ parseRealmUrl, parseServerUrl, registrationOf },
  async examine(place, own) {
    const realm = await readRealm(place, fetch)
    return realm.ok ? ok(judge(realm.value, own)) : realm
  },
}
