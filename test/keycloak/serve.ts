/**
 * `node test/keycloak/serve.ts [version]` keeps a Keycloak running for `node --test test/keycloak/….test.ts` to use, and
 * prints what tells them so. A file of tests starts its own otherwise, which takes longer than most of them.
 */
import { once } from 'node:events'
import { KEYCLOAK_VERSION, SHARED_KEYCLOAK, startKeycloak } from '../support/keycloak.ts'

await using keycloak = await startKeycloak(process.argv[2])
console.log(
  `export ${KEYCLOAK_VERSION}=${keycloak.version} ${SHARED_KEYCLOAK}='${keycloak.shared}'`,
)
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
