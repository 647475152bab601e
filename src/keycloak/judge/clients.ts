import { at, type Finding, listed } from '../finding.ts'
import type { Client, RealmAsRead } from '../realm.ts'
import type { Step } from '../steps.ts'

const MINIMUM = 'minimum.acr.value'
const ACR_MAPPER = 'oidc-acr-mapper'
const NOTE_MAPPER = 'oidc-usersessionmodel-note-mapper'
const NOTES = ['stepup.acr', 'stepup.amr', 'stepup.auth_time'] as const
/** Keycloak's own, which come with each realm. */
const OWN = new Set([
  ...['account', 'account-console', 'admin-cli', 'broker'],
  ...['realm-management', 'master-realm', 'security-admin-console'],
])

type Mapper = Client['protocolMappers'][number]

/** What applications hear of a level, and whether they sign in past the flow. */
export function judgeClients(realm: RealmAsRead, steps: readonly Step[]): readonly Finding[] {
  const clients = realm.clients.filter(
    ({ clientId, enabled, protocol, bearerOnly }) =>
      enabled &&
      !bearerOnly &&
      (protocol ?? 'openid-connect') === 'openid-connect' &&
      !OWN.has(clientId),
  )
  if (steps.length === 0) return []
  return [...minimumAlone(realm, clients), ...notes(realm, clients), ...direct(clients)]
}

/** It raises what is asked. Where a token says no acr, nobody can see what came of it. */
function minimumAlone(realm: RealmAsRead, clients: readonly Client[]): readonly Finding[] {
  const alone = clients.filter(
    (client) =>
      (client.attributes[MINIMUM] ?? '') !== '' &&
      !mappersOf(realm, client).some(({ protocolMapper }) => protocolMapper === ACR_MAPPER),
  )
  const [first] = alone
  if (first === undefined) return []
  return [
    {
      weighs: 'mind',
      says: `${names(alone)} ${alone.length === 1 ? 'relies' : 'rely'} on Minimum ACR Value alone: no acr is in the token.`,
      why: 'Minimum ACR Value raises what is asked and does not check what came of it. Only an application that reads acr notices a sign-in of a lower level.',
      where: `${at('Clients', first.clientId, 'Client scopes', 'Add client scope')}: acr, as Default; and have the application refuse any other acr`,
    },
  ]
}

/** Its own, and those of the scopes that it may have. */
function mappersOf({ clientScopes }: RealmAsRead, client: Client): readonly Mapper[] {
  const scopes = new Set([...client.defaultClientScopes, ...client.optionalClientScopes])
  return [
    ...client.protocolMappers,
    ...clientScopes.filter(({ name }) => scopes.has(name)).flatMap((one) => one.protocolMappers),
  ]
}

function notes(realm: RealmAsRead, clients: readonly Client[]): readonly Finding[] {
  if (clients.length === 0) return []
  const mappers = clients
    .flatMap((client) => mappersOf(realm, client))
    .filter(({ protocolMapper }) => protocolMapper === NOTE_MAPPER)
  const missing = NOTES.filter(
    (note) => !mappers.some(({ config }) => config['user.session.note'] === note),
  )
  const amr = mappers.find(({ config }) => config['user.session.note'] === 'stepup.amr')
  const findings: Finding[] = []
  if (missing.length > 0)
    findings.push({
      weighs: 'mind',
      says: `No application is told ${missing.join(', ')}.`,
      why: 'tokens do not say with which factor it was and when: an application sees the level alone, and not how old it is.',
      where: whereToTell(realm, clients, missing),
    })
  if (amr !== undefined && amr.config['jsonType.label'] !== 'JSON')
    findings.push({
      weighs: 'mind',
      says: `The note stepup.amr is mapped as ${amr.config['jsonType.label'] ?? 'String'}.`,
      why: 'applications get a text instead of an array.',
      where:
        'The mapper of stepup.amr, in the client scope or of the client alone: Claim JSON Type, JSON',
    })
  return findings
}

/** The scope may be there already, and no application have it. */
function whereToTell(
  { clientScopes }: RealmAsRead,
  [client]: readonly Client[],
  missing: readonly string[],
): string {
  const holder = clientScopes.find(({ protocolMappers }) =>
    missing.every((note) =>
      protocolMappers.some(({ config }) => config['user.session.note'] === note),
    ),
  )
  if (holder !== undefined)
    return `${at('Clients', client?.clientId ?? '', 'Client scopes', 'Add client scope')}: ${holder.name}, as Default`
  return `${at('Client scopes', 'stepup', 'Mappers', 'Add mapper', 'By configuration', 'User Session Note')}: step 6 of docs/keycloak.md has the names and types, and how applications get the scope`
}

function direct(clients: readonly Client[]): readonly Finding[] {
  const open = clients.filter(({ directAccessGrantsEnabled }) => directAccessGrantsEnabled)
  const [first] = open
  if (first === undefined) return []
  return [
    {
      weighs: 'mind',
      says: `${names(open)} may sign people in by Direct access grants.`,
      why: 'there the application takes the password itself and no browser flow runs, so nobody is asked for a second factor.',
      where: `${at('Clients', first.clientId, 'Settings', 'Capability config', 'Direct access grants')}: off`,
    },
  ]
}

const names = (clients: readonly Client[]): string =>
  `${clients.length === 1 ? 'The client' : 'The clients'} ${listed(clients.map(({ clientId }) => clientId))}`
