import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts } from '../demo/world.ts'
import type { Keycloak } from '../support/keycloak.ts'
import type { Event } from './company.ts'
import { type Liar, startLiar } from './liar.ts'
import { KIOSK, passwordOf, realmOf, SHOP } from './realm.ts'
import { type Heard, type Shop, startShop } from './shop.ts'
import { complaintOf, type Page, type Walker } from './walker.ts'

/** A realm whose second factor lies, and an application that takes nothing less than `mfa`. */
export type LiedTo = AsyncDisposable & {
  readonly realm: string
  readonly realmUrl: string
  readonly settingsId: string
  readonly liar: Liar
  readonly shop: Shop
  /** It takes a password. */
  readonly kiosk: Shop
  admin(method: string, path: string, body?: unknown): Promise<unknown>
  set(settings: Readonly<Record<string, string>>): Promise<void>
  idOf(username: string): Promise<string>
  failures(username: string): Promise<number>
  /** From the application to whatever follows the password. */
  signIn(walker: Walker, username: string, until?: string): Promise<Page>
  /** Says what becomes of what is done: everything that there is to see of a step-up that failed. */
  failing(
    how: { readonly error: string; readonly log: RegExp },
    doing: () => Promise<Page>,
  ): Promise<Page>
}

type Id = { readonly id: string }
type Timed = Event & { readonly time: number }

export const CALLBACK = '/sallyport/callback'

export async function openLiedTo(
  keycloak: Keycloak,
  usernames: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<LiedTo> {
  await using opening = new AsyncDisposableStack()
  const realm = `lied-${randomBytes(4).toString('hex')}`
  const realmUrl = `${keycloak.url}/realms/${realm}`
  const [port = 0, ...ports] = await freePorts(3)
  const liar = opening.use(await startLiar({ port, clientId: 'keycloak', realmUrl }))
  const [shop, kiosk] = [
    opening.use(await startShop({ ...SHOP, port: ports[0] ?? 0, realmUrl })),
    opening.use(await startShop({ ...KIOSK, port: ports[1] ?? 0, realmUrl })),
  ]
  const step = { issuer: liar.newIssuer(), clientId: 'keycloak', ...settings }
  const users = usernames.map((username) => ({ username, password: passwordOf(username) }))
  await keycloak.admin('POST', '/realms', realmOf({ realm, step, shop, kiosk, users }))
  opening.defer(async () => void (await keycloak.admin('DELETE', `/realms/${realm}`)))
  const admin: LiedTo['admin'] = (method, path, body) =>
    keycloak.admin(method, `/realms/${realm}${path}`, body)
  const idOf = async (username: string) => {
    const [user] = (await admin('GET', `/users?username=${username}&exact=true`)) as readonly Id[]
    return user?.id ?? ''
  }

  const action = { providerId: 'sallyport-enrol', name: 'Manage second factor' }
  await admin('POST', '/authentication/register-required-action', action)
  const config = await stepOf(admin)

  const opened = opening.move()
  return {
    ...{ realm, realmUrl, liar, shop, kiosk, admin, idOf, settingsId: config.id },
    async set(changes) {
      Object.assign(config.config, changes)
      await admin('PUT', `/authentication/config/${config.id}`, config)
    },
    async failures(username) {
      const path = `/attack-detection/brute-force/users/${await idOf(username)}`
      return ((await admin('GET', path)) as { readonly numFailures: number }).numFailures
    },
    async signIn(walker, username, until) {
      const login = await walker.go(shop.signIn())
      const filled = { username, password: passwordOf(username) }
      return walker.submit(login, 'kc-form-login', filled, until === undefined ? {} : { until })
    },
    async failing({ error, log }, doing) {
      const [before, logged] = [Date.now(), keycloak.log().length]
      const page = await doing()
      assert.equal(complaintOf(page), sentence(error))
      assert.equal(page.status, STATUS[error], error)
      assert.match(page.html, /\/resources\/[^"]*\/login\/keycloak/)
      const events = (await admin('GET', '/events?max=5')) as readonly Timed[]
      const heard = events.filter(
        ({ time, error: of, type }) => time >= before && (of !== undefined || type === 'LOGIN'),
      )
      assert.deepEqual(
        heard.map((event) => event.error),
        [error],
      )
      const lines = keycloak.log().slice(logged).split('\n')
      const told = lines.filter((line) =>
        line.includes(`step-up failed: ${error}, realm ${realm}, `),
      )
      assert.equal(told.length, 1, lines.join('\n'))
      assert.match(told[0] ?? '', log)
      return page
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

type Config = Id & { readonly config: Record<string, string> }

async function stepOf(admin: LiedTo['admin']): Promise<Config> {
  const path = '/authentication/flows/browser-stepup/executions'
  type Step = { readonly providerId: string; readonly authenticationConfig: string }
  const steps = (await admin('GET', path)) as readonly Step[]
  const id = steps.find(({ providerId }) => providerId === 'sallyport')?.authenticationConfig
  return (await admin('GET', `/authentication/config/${id}`)) as Config
}

const CHARACTERS: Readonly<Record<string, string>> = {
  ...{ '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' },
}

/** What the application was told. */
export function heardOn({ html, url }: Page): Heard {
  const shown = /<pre id="heard">([^<]*)</.exec(html)?.[1]
  if (shown === undefined) throw new Error(`nothing heard at ${url}: ${html}`)
  const text = shown.replace(/&(?:lt|gt|quot|#39|amp);/g, (name) => CHARACTERS[name] ?? name)
  return JSON.parse(text) as Heard
}

const MESSAGES = join(
  import.meta.dirname,
  '../../keycloak/src/main/resources/theme-resources/messages',
)

/** What people read, of an error of an event. */
export function sentence(error: string, language = 'en'): string {
  const lines = readFileSync(join(MESSAGES, `messages_${language}.properties`), 'utf8').split('\n')
  const key = `sallyport-${PAGE[error] ?? error.replace('stepup_', '').replaceAll('_', '-')}=`
  const line = lines.find((one) => one.startsWith(key))
  if (line === undefined) throw new Error(`no sentence for ${error}`)
  return line.slice(key.length)
}

const PAGE: Readonly<Record<string, string>> = {
  stepup_state_mismatch: 'stranger',
  stepup_internal_error: 'internal',
  stepup_interaction_required: 'silent',
}

const STATUS: Readonly<Record<string, number>> = {
  stepup_denied: 401,
  stepup_unmet: 403,
  stepup_expired: 400,
  stepup_state_mismatch: 400,
  stepup_no_session: 400,
  stepup_unavailable: 503,
  stepup_misconfigured: 500,
  stepup_bad_token: 502,
}
