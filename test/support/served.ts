import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { composeTools } from '../../src/compose-tools.ts'
import { createKeyRing } from '../../src/kernel/index.ts'
import type { Store } from '../../src/store/index.ts'
import { freePorts } from '../bench/installation.ts'
import { configFrom } from './app.ts'
import { type Mailbox, openMailbox } from './mailbox.ts'
import { createRelyingParty, type RelyingParty } from './relying-party.ts'
import { openTestStore } from './test-store.ts'
import { createFakeClock, createSeededRandom, STOPWATCH } from './world.ts'

/** What `sallyport serve` runs, in this process: behind its own listeners, with its loops, until it is closed. */
export type Served = AsyncDisposable & {
  readonly issuer: string
  readonly managementUrl: string
  readonly party: RelyingParty
  readonly mailbox: Mailbox
  /** What was logged, a line each. */
  readonly logged: readonly { readonly msg: string; readonly [fact: string]: unknown }[]
  /** As at SIGTERM. */
  close(): Promise<void>
  /** The same store, as another process would open it. */
  another(): Promise<Store>
}

/** By email, for `li.wei`. */
export async function openServed(listen: Record<string, unknown> = {}): Promise<Served> {
  await using opening = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-served-'))
  opening.defer(() => rmSync(folder, { recursive: true, force: true }))
  const kept = opening.use(await openTestStore(folder))
  const mailbox = opening.use(await openMailbox())
  const [front, back] = await freePorts(2)
  const clock = createFakeClock()
  const random = createSeededRandom('served')
  const issuer = `http://localhost:${front}`
  const party = await createRelyingParty({ issuer: () => issuer, now: clock.now })
  const config = configFrom({
    issuer,
    listen: { host: 'localhost', port: front, ...listen },
    management: { port: back },
    store: kept.config,
    encryption: { keys: [{ id: 'test', env: 'FIELD_KEY' }] },
    channels: {
      email: { host: '127.0.0.1', port: mailbox.port, from: 'Kestrel <no-reply@kestrel.example>' },
    },
    clients: [
      {
        id: 'iam',
        auth: { method: 'private_key_jwt', jwks: party.jwks },
        redirectUris: [party.redirectUri],
        subject: { from: 'par', claim: 'login_hint', directories: ['local'] },
      },
    ],
    ...{ factors: ['email'], sendAtOnce: true },
  })
  const logged: Served['logged'][number][] = []
  const tools = opening.use(
    await composeTools(config, {
      ...{ clock, random, stopwatch: STOPWATCH, version: 'test' },
      pause: async () => {},
      logTo: { write: (line) => void logged.push(JSON.parse(line)) },
    }),
  )
  const emails = ['li.wei@kestrel.example']
  await tools.people.get('local')?.add('test', { username: 'li.wei', emails })
  const served = await tools.serve()
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  let isClosing = false
  const close = () => {
    if (!isClosing) served.close().then(resolve)
    isClosing = true
    return closed
  }
  opening.defer(close)
  const opened = opening.move()
  return {
    ...{ issuer, managementUrl: `http://127.0.0.1:${back}`, party, mailbox, logged, close },
    another: () => kept.open({ clock, random, keys: createKeyRing(config.encryption.keys) }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
