import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, compose } from '../../src/compose.ts'
import { type Config, parseConfig } from '../../src/config/index.ts'
import { createPeople, type HandedCodes, type People } from '../../src/directories/index.ts'
import { createKeyRing, fail, type Instant, ok } from '../../src/kernel/index.ts'
import { createLog } from '../../src/log/index.ts'
import { createLimits, createLocks } from '../../src/stepup/index.ts'
import { codesIn } from './codes.ts'
import { type Mailbox, openMailbox } from './mailbox.ts'
import { createRelyingParty, type RelyingParty } from './relying-party.ts'
import { openTestStore, STORE_ENV, type TestStore } from './test-store.ts'
import { createFakeClock, createSeededRandom, type FakeClock, STOPWATCH } from './world.ts'

/** The whole of Sallyport in this process: real HTTP, a real store, a real SMTP server, and a clock that stands still. */
export type TestApp = AsyncDisposable & {
  readonly issuer: string
  readonly managementUrl: string
  readonly clock: FakeClock
  readonly config: Config
  readonly app: App
  readonly people: People
  /** What its help desks make codes with. */
  readonly codes: HandedCodes
  readonly mailbox: Mailbox
  /** The client `iam`, by private_key_jwt. */
  readonly party: RelyingParty
  /** Everything that was logged, a JSON line each. */
  readonly logged: string[]
  readonly folder: string
  readonly kept: TestStore
  /** What the audit holds, in the order of commits. */
  events(): Promise<readonly { readonly event: string; readonly [field: string]: unknown }[]>
}

export type TestOptions = {
  /** Laid over the settings below. */
  readonly settings?: Record<string, unknown>
  /** Laid over the client `iam`. */
  readonly client?: Record<string, unknown>
  readonly clients?: readonly Record<string, unknown>[]
  /** The people to begin with; by default `li.wei` with an address and `no.contact` without. */
  readonly people?: 'none'
  readonly seed?: number
  /** What files hold that the settings name. */
  readonly files?: Files
  /** Where everything is kept instead; gone with the app. */
  readonly kept?: TestStore
  /** When it starts, if not at noon on 1 January 2030. */
  readonly start?: Instant
}

type Files = Readonly<Record<string, string>>

export const LI_WEI = 'li.wei@kestrel.example'

export async function openApp(options: TestOptions = {}): Promise<TestApp> {
  await using opening = new AsyncDisposableStack()
  const clock = createFakeClock(options.start)
  const random = createSeededRandom(options.seed ?? 1)
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
  opening.defer(() => rmSync(folder, { recursive: true, force: true }))
  const mailbox = opening.use(await openMailbox())
  const kept = opening.use(options.kept ?? (await openTestStore(folder)))

  // The issuer has to be known before anything is made of it, so the ports are taken first.
  const [front, back] = [await takePort('localhost'), await takePort('127.0.0.1')]
  opening.defer(() => closed(front.server))
  opening.defer(() => closed(back.server))
  const issuer = `http://localhost:${front.port}`
  const party = await createRelyingParty({ issuer: () => issuer, now: clock.now })

  const settings = {
    issuer,
    org: { name: 'Kestrel' },
    support: { email: 'it@kestrel.example', phone: '+86 571 5550 0100' },
    listen: { host: '127.0.0.1', port: front.port },
    management: { host: '127.0.0.1', port: back.port },
    store: kept.config,
    encryption: { keys: [{ id: 'test', env: 'FIELD_KEY' }] },
    // As most tests are about what comes after the choice.
    sendAtOnce: true,
    directories: [{ name: 'local', type: 'local', defaultCountry: 'CN' }],
    channels: {
      email: { host: '127.0.0.1', port: mailbox.port, from: 'Kestrel <no-reply@kestrel.example>' },
    },
    clients: [
      {
        id: 'iam',
        name: 'Kestrel sign-in',
        auth: { method: 'private_key_jwt', jwks: party.jwks },
        redirectUris: [party.redirectUri],
        subject: { from: 'par', claim: 'login_hint', directories: ['local'] },
        ...options.client,
      },
      ...(options.clients ?? []),
    ],
    ...options.settings,
  }
  const config = configFrom(settings, options.files)
  const logged: string[] = []
  const log = createLog({
    level: 'debug',
    destination: { write: (line) => void logged.push(line) },
  })
  const world = { clock, stopwatch: STOPWATCH, random, log, fetch, version: 'test' }
  const app = opening.use(await compose(config, world))
  front.server.on('request', app.main)
  back.server.on('request', app.management)
  await app.tend()

  const codes = codesIn(app.store.operatorCodes, createKeyRing(config.encryption.keys), random)
  const people = createPeople({
    ...{
      store: app.store.people,
      clock,
      random,
      directory: 'local',
      defaultCountry: 'CN',
      locks: createLocks(createLimits(config)),
      codes,
    },
  })
  if (options.people !== 'none') {
    await people.add('test', { username: 'li.wei', emails: [LI_WEI], displayName: 'Li Wei' })
    await people.add('test', { username: 'no.contact' })
  }
  const opened = opening.move()
  return {
    ...{ issuer, clock, config, app, people, codes, mailbox, party, logged, folder, kept },
    managementUrl: `http://127.0.0.1:${back.port}`,
    async events() {
      const unsealed = await app.store.audit.unsealed(10_000)
      const sealed = await app.store.audit.sealed(0, 10_000)
      return [...sealed, ...unsealed].map(({ text }) => JSON.parse(text))
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** From an object as YAML would give it; what is wrong with it fails the test in the operator's words. */
export function configFrom(settings: object, files: Files = {}): Config {
  const parsed = parseConfig({
    yaml: JSON.stringify(settings),
    file: 'test.yaml',
    env: {
      ...{ FIELD_KEY: Buffer.alloc(32, 7).toString('base64'), CLIENT_SECRET: 's'.repeat(40) },
      ...STORE_ENV,
    },
    readFile: (path) => {
      const held = files[path]
      return held === undefined ? fail('no such file in this test') : ok(Buffer.from(held))
    },
  })
  if (parsed.ok) return parsed.value
  throw new Error(parsed.error.map(({ key, says }) => `${key}: ${says}`).join('\n'))
}

async function takePort(host: string): Promise<{ server: Server; port: number }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return { server, port: (server.address() as AddressInfo).port }
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
