import { z } from 'zod'
import type { Result } from '../../kernel/index.ts'
import {
  type Client,
  clientList,
  clientScopeList,
  componentList,
  flowList,
  metadata,
  profile,
  type RealmAsRead,
  realmSettings,
  requiredActionList,
  serverInfo,
} from '../realm.ts'
import { STEP } from '../steps.ts'
import {
  type AdminApi,
  createAdminApi,
  type KeycloakPlace,
  orUnreadable,
  Unreadable,
} from './admin-api.ts'
import { boundedFetch, type Fetch } from './bounded-fetch.ts'
import { readFlows } from './flows.ts'
import { readIssuers } from './issuers.ts'
import { readOtp } from './otp.ts'

const PAGE = 100
const CLIENTS_MAX = 5000
const FEDERATIONS = 'org.keycloak.storage.UserStorageProvider'

/** Everything that is judged, or why it cannot be read. It asks, and changes nothing. */
export function readRealm(
  place: KeycloakPlace,
  fetch: Fetch,
): Promise<Result<RealmAsRead, string>> {
  const api = createAdminApi(place, fetch)
  return orUnreadable(async () => {
    const { url, realm } = place
    const path = `/realms/${encodeURIComponent(realm)}`
    const needs = new Set<string>()
    const read = <T>(role: string, below: string, schema: z.ZodType<T>) =>
      readOr(api, `${path}${below}`, schema, () => needs.add(role))

    const settings = await readSettings(api, path, place, needs)
    const flows = await read('view-realm', '/authentication/flows', flowList)
    const requiredActions = await read(
      'view-realm',
      '/authentication/required-actions',
      requiredActionList,
    )
    const federations = await read('view-realm', `/components?type=${FEDERATIONS}`, componentList)
    const people = await read('view-realm', '/users/profile', profile)
    const clientScopes = await read('view-clients', '/client-scopes', clientScopeList)
    const clients = await readClients(api, path, needs)
    if (
      needs.size > 0 ||
      settings === undefined ||
      flows === undefined ||
      requiredActions === undefined ||
      federations === undefined ||
      people === undefined ||
      clientScopes === undefined
    )
      throw new Unreadable(forbidden(place, needs))

    const used = await readFlows(api, path, { flows, clients, bound: settings.browserFlow })
    return {
      name: realm,
      ...(await readServer(api)),
      ...(await readMetadata(url, realm, fetch)),
      ...{ settings, flows: used, clients, clientScopes, profile: people },
      federations: federations.map(({ name, config }) => ({
        name,
        isEnabled: config?.enabled[0] !== 'false',
      })),
      requiredActions: requiredActions.map(({ alias, enabled }) => ({ alias, isEnabled: enabled })),
      issuers: await readIssuers(used, fetch),
      withOtp: await readOtp(api, path, used),
    }
  })
}

async function readOr<T>(
  api: AdminApi,
  path: string,
  schema: z.ZodType<T>,
  forbid: () => void,
): Promise<T | undefined> {
  const answer = await api.get(path)
  if (answer.heard === 'forbidden') forbid()
  return answer.heard === 'json' ? understood(schema, answer.json, path) : undefined
}

function understood<T>(schema: z.ZodType<T>, json: unknown, path: string): T {
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Unreadable(
    `the answer to ${path} is not what Keycloak says (${issue?.path.join('.') ?? ''}: ${issue?.code ?? ''})`,
  )
}

const limited = z.object({ realm: z.string(), browserFlow: z.never().optional() })

/** Who may do something there, but not see the realm, is told little more than its name. */
async function readSettings(
  api: AdminApi,
  path: string,
  { url, realm }: KeycloakPlace,
  needs: Set<string>,
): Promise<RealmAsRead['settings'] | undefined> {
  const answer = await api.get(path)
  if (answer.heard === 'absent')
    throw new Unreadable(
      `there is no realm ${realm} at ${url}; names know capital letters, and older servers are at ${url}/auth`,
    )
  if (answer.heard === 'forbidden' || limited.safeParse(answer.json).success) {
    needs.add('view-realm')
    return undefined
  }
  return understood(realmSettings, answer.json, path)
}

async function readClients(
  api: AdminApi,
  path: string,
  needs: Set<string>,
): Promise<readonly Client[]> {
  const clients: Client[] = []
  const forbid = () => void needs.add('view-clients')
  while (clients.length < CLIENTS_MAX) {
    const below = `${path}/clients?first=${clients.length}&max=${PAGE}`
    const page = (await readOr(api, below, clientList, forbid)) ?? []
    clients.push(...page)
    if (page.length < PAGE) break
  }
  // Each realm has some of its own, so who is shown none may not see them.
  if (clients.length === 0) forbid()
  return clients
}

function forbidden({ realm, credentials }: KeycloakPlace, needs: ReadonlySet<string>): string {
  const roles = [...needs].join(' and ')
  const who = {
    token: 'whoever the token is of',
    password: 'this user',
    client: 'the service account of this client',
  }
  return `Keycloak does not show enough of the realm ${realm} (403): ${who[credentials.by]} needs ${roles} of the client realm-management there (${realm}-realm, for somebody of master)`
}

/** The version is told to administrators of master alone. */
async function readServer(api: AdminApi): Promise<Pick<RealmAsRead, 'version' | 'hasJar'>> {
  const info = await readOr(api, '/serverinfo', serverInfo, () => {})
  if (info === undefined) return { version: null, hasJar: true }
  return {
    version: info.systemInfo?.version ?? null,
    hasJar: Object.hasOwn(info.providers.authenticator.providers, STEP),
  }
}

async function readMetadata(
  url: string,
  realm: string,
  fetch: Fetch,
): Promise<Pick<RealmAsRead, 'issuer' | 'jwksUri'>> {
  const where = `${url}/realms/${encodeURIComponent(realm)}`
  const heard = await boundedFetch(fetch, `${where}/.well-known/openid-configuration`)
  if (!heard.ok) throw new Unreadable(`${url} cannot be asked: ${heard.error}`)
  if (heard.value.status === 404)
    throw new Unreadable(
      `the realm ${realm} is switched off: nobody can sign in there (Realm settings, Enabled)`,
    )
  const { issuer, jwks_uri } = understood(metadata, heard.value.json, where)
  return { issuer, jwksUri: jwks_uri ?? `${issuer}/protocol/openid-connect/certs` }
}
