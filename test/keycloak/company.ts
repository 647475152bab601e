import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Outbox, startOutbox } from '../demo/outbox.ts'
import { freePorts, importUsers, run, startSallyport } from '../demo/world.ts'
import type { Written } from '../e2e/company.ts'
import type { Keycloak } from '../support/keycloak.ts'
import { openSmsGateway, type SmsGateway } from '../support/sms-gateway.ts'
import {
  emailOf,
  type Id,
  KIOSK,
  type RealmFile,
  realmOf,
  SHOP,
  passwordOf as usual,
} from './realm.ts'
import { type Shop, startShop } from './shop.ts'

/** A realm of its own, a Sallyport that knows it, and an application that signs in there. */
export type Company = AsyncDisposable & {
  readonly realm: string
  readonly realmUrl: string
  /** The file that Sallyport was started with. */
  readonly config: string
  /** Every mail that was sent. */
  readonly outboxPage: string
  passwordOf(username: string): string
  readonly sallyport: string
  /** It takes nothing less than `mfa`. */
  readonly shop: Shop
  /** It takes a password, and asks for more when it wants more. */
  readonly kiosk: Shop
  readonly outbox: Outbox
  /** Where its text messages arrive. */
  readonly gateway: SmsGateway
  /** Of this realm. */
  admin(method: string, path: string, body?: unknown): Promise<unknown>
  /** Other settings of the step, over those that it has; or of another step, by the alias of its settings. */
  set(settings: Readonly<Record<string, string>>, alias?: string): Promise<void>
  /** What Keycloak saw happen, the newest first. */
  events(): Promise<readonly Event[]>
  /** Of a person, as brute-force detection counts them. */
  failures(username: string): Promise<number>
  /** What it says of them altogether. */
  attacked(username: string): Promise<Attacked>
  /** Of a person of Keycloak's own or of a federation that it has met. */
  userOf(username: string): Promise<Id>
  /** How many requests Sallyport was pushed. */
  pushed(): Promise<number>
  /** A command of Sallyport. */
  command(...line: readonly string[]): void
  stopSallyport(): Promise<void>
  startSallyport(): Promise<void>
}

export type Attacked = { readonly numFailures: number; readonly disabled: boolean }

export type Event = {
  readonly type: string
  readonly error?: string
  readonly details?: Readonly<Record<string, string>>
}

const LOCAL = { name: 'local', type: 'local' }

export type CompanyOptions = {
  /** Of the step. */
  readonly settings?: Readonly<Record<string, string>>
  /** Lines more in Sallyport's configuration. */
  readonly more?: string
  /** Where Sallyport finds people besides its own. */
  readonly directories?: readonly Written[]
  /** What else is in the realm before anybody comes. */
  withRealm?(file: RealmFile): object
  /** What somebody is to know beforehand; else there is a name of its own, so that many are at one Keycloak. */
  readonly realm?: string
  readonly folder?: string
  readonly passwords?: Readonly<Record<string, string>>
}

const same = (file: RealmFile): object => file

export async function openCompany(
  keycloak: Keycloak,
  usernames: readonly string[],
  options: CompanyOptions = {},
): Promise<Company> {
  await using opening = new AsyncDisposableStack()
  const { settings = {}, more = '', directories = [], withRealm = same } = options
  const { realm = `acme-${randomBytes(4).toString('hex')}`, passwords = {} } = options
  const realmUrl = `${keycloak.url}/realms/${realm}`
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'sallyport-keycloak-company-'))
  mkdirSync(folder, { recursive: true })
  opening.defer(() => rmSync(folder, { recursive: true, force: true }))
  const [port = 0, management = 0, mail = 0, ...ports] = await freePorts(5)
  const issuer = `http://localhost:${port}`
  const outbox = opening.use(await startOutbox(mail))
  const gateway = opening.use(await openSmsGateway())
  const [shop, kiosk] = [
    opening.use(await startShop({ ...SHOP, port: ports[0] ?? 0, realmUrl })),
    opening.use(await startShop({ ...KIOSK, port: ports[1] ?? 0, realmUrl })),
  ]
  const admin: Company['admin'] = (method, path, body) =>
    keycloak.admin(method, `/realms/${realm}${path}`, body)

  const userOf: Company['userOf'] = async (username) => {
    const users = await admin('GET', `/users?exact=true&username=${username}`)
    const [user] = users as readonly Id[]
    if (user === undefined) throw new Error(`Keycloak knows no ${username}`)
    return user
  }
  const attacked: Company['attacked'] = async (username) => {
    const { id } = await userOf(username)
    return (await admin('GET', `/attack-detection/brute-force/users/${id}`)) as Attacked
  }

  const step = { issuer, clientId: 'keycloak', ...settings }
  const passwordOf: Company['passwordOf'] = (username) => passwords[username] ?? usual(username)
  const users = usernames.map((username) => ({ username, password: passwordOf(username) }))
  const of = { realm, step, shop, kiosk, users }
  await keycloak.admin('POST', '/realms', withRealm(realmOf(of)))
  opening.defer(async () => void (await keycloak.admin('DELETE', `/realms/${realm}`)))
  const action = { providerId: 'sallyport-enrol', name: 'Manage second factor' }
  await admin('POST', '/authentication/register-required-action', action)

  const config = join(folder, 'sallyport.yaml')
  writeFileSync(join(folder, 'field-key'), run('secrets', 'new'), { mode: 0o600 })
  const stores = [LOCAL, ...directories.map((one) => laid(folder, one))]
  const at = { issuer, port, management, realmUrl, gateway, directories: stores }
  writeFileSync(config, `${yaml({ ...at, smtp: outbox.smtpPort })}${more}`)
  const people = usernames.map((username) => ({ username, email: emailOf(username) }))
  importUsers(join(folder, 'people.csv'), people, config)
  const serving = () => startSallyport(config, `http://127.0.0.1:${management}/health/ready`, {})
  let sallyport: AsyncDisposable | undefined = await serving()
  const stopSallyport = async () => {
    await sallyport?.[Symbol.asyncDispose]()
    sallyport = undefined
  }
  opening.defer(stopSallyport)

  const opened = opening.move()
  return {
    ...{ realm, realmUrl, sallyport: issuer, config, shop, kiosk, outbox, gateway },
    ...{ admin, stopSallyport },
    outboxPage: `http://127.0.0.1:${mail}`,
    passwordOf,
    command: (...line) => void run(...line, '--config', config),
    async startSallyport() {
      sallyport ??= await serving()
    },
    set: (changes, alias = 'sallyport') => changeStep(admin, alias, changes),
    events: async () => (await admin('GET', '/events?max=100')) as readonly Event[],
    ...{ userOf, attacked, failures: async (name) => (await attacked(name)).numFailures },
    async pushed() {
      const metrics = await (await fetch(`http://127.0.0.1:${management}/metrics`)).text()
      const counts = metrics.matchAll(/^http_server_requests_seconds_count\{.*"\/par".*\} (\d+)$/gm)
      return counts.reduce((sum, [, count]) => sum + Number(count), 0)
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

type Step = Id & {
  /** Of its settings. */
  readonly alias?: string
  readonly authenticationConfig?: string
}

async function changeStep(
  admin: Company['admin'],
  alias: string,
  more: Readonly<Record<string, string>>,
): Promise<void> {
  const path = '/authentication/flows/browser-stepup/executions'
  const steps = (await admin('GET', path)) as readonly Step[]
  const id = steps.find((step) => step.alias === alias)?.authenticationConfig
  const known = (await admin('GET', `/authentication/config/${id}`)) as { readonly config: object }
  const config = { ...known.config, ...more }
  await admin('PUT', `/authentication/config/${id}`, { ...known, config })
}

function yaml(of: {
  readonly issuer: string
  readonly port: number
  readonly management: number
  readonly smtp: number
  readonly realmUrl: string
  readonly gateway: SmsGateway
  readonly directories: readonly Written['directory'][]
}): string {
  return `issuer: ${of.issuer}
org: { name: Example Corp }
support: { email: help@example.com }
listen: { host: localhost, port: ${of.port} }
management: { host: 127.0.0.1, port: ${of.management} }
store: { engine: sqlite, file: sallyport.db }
encryption: { keys: [{ id: test, file: field-key }] }
logLevel: warn
directories: ${JSON.stringify(of.directories)}
clients:
  - id: keycloak
    name: Example sign-in
    auth: { method: private_key_jwt, jwksUri: ${of.realmUrl}/protocol/openid-connect/certs }
    redirectUris: ['${of.realmUrl}/sallyport/callback']
    subject:
      from: par
      claim: preferred_username
      directories: ${JSON.stringify(of.directories.map(({ name }) => name))}
channels:
  email: { host: 127.0.0.1, port: ${of.smtp}, from: Example Corp <no-reply@example.com> }
  sms: ${JSON.stringify([of.gateway.settings()])}
firstEnrolment: contact
acr:
  - { value: mfa, factors: [email, sms, totp] }
  - { value: mfa-app, factors: [totp], enrolledBy: [contact] }
`
}

/** As files that a process of its own reads. */
function laid(folder: string, { directory, files }: Written): Written['directory'] {
  let settings = JSON.stringify(directory)
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { mode: 0o600 })
    settings = settings.replaceAll(JSON.stringify(path), JSON.stringify(file))
  }
  return JSON.parse(settings) as Written['directory']
}
