import assert from 'node:assert/strict'
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { copyStore } from '../../src/compose-store.ts'
import type { Config } from '../../src/config/index.ts'
import { later } from '../../src/kernel/index.ts'
import { command, createInstallation, importPeople } from '../bench/installation.ts'
import { configFrom, openApp, type TestApp } from '../support/app.ts'
import { fromBase32, otp, PERIOD_SECONDS, usernameOf } from '../support/load.ts'
import { needs } from '../support/needs.ts'
import { keyOn } from '../support/outside.ts'
import { begin } from '../support/passage.ts'
import { sharedPostgres } from '../support/postgres.ts'
import { OWNER, SERVING } from '../support/postgres-database.ts'
import { createUserAgent } from '../support/user-agent.ts'
import { createSeededRandom, STOPWATCH } from '../support/world.ts'

const LAUNCH = join(import.meta.dirname, '../../src/launch.js')
const PEOPLE = 4_000

const sallyport = (...words: readonly string[]): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [LAUNCH, ...words], { encoding: 'utf8', maxBuffer: 1 << 28 })

describe('sallyport store copy', needs('postgresql'), () => {
  test('lets people sign in as before, and with no code that was used', async () => {
    await using database = await (await sharedPostgres()).database()
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-copy-'))
    await using made = new AsyncDisposableStack()
    made.defer(() => rmSync(folder, { recursive: true }))
    const sqlite = (name: string) => ({ engine: 'sqlite', file: join(folder, name) })
    const { hosts, user } = database.settings
    const postgres = {
      ...{ engine: 'postgres', database: database.name, user, passwordEnv: 'STORE_PASSWORD' },
      hosts: hosts.map(({ host, port }) => `${host}:${port}`),
    }

    await using one = await openApp({ settings: { store: sqlite('one.db') } })
    const key = await enrol(one)
    const there = await moved(one, postgres)
    await using two = await openApp({ seed: 2, settings: { store: there }, people: 'none' })
    two.clock.set(one.clock.now())
    await signsInAgain(two, key)
    const back = await moved(two, sqlite('two.db'))
    await using three = await openApp({ seed: 3, settings: { store: back }, people: 'none' })
    three.clock.set(two.clock.now())
    await signsInAgain(three, key)
  })

  test('goes on after SIGKILL at any moment, and nothing serves what is half done', async () => {
    await using stage = await openStage()
    const { sqlite, postgres } = stage
    const people = command('user', 'list', '--config', sqlite)
    assert.equal(people.match(/\bacc_/g)?.length, PEOPLE)

    const into = ['--from', sqlite, '--to', postgres, ...stage.owner]
    for (let line = 1; ; line += 5) {
      const { signal, code } = await killedAfter(line, into)
      if (code === 0) break
      assert.equal(signal, 'SIGKILL')
      if (line === 6)
        for (const words of [['serve'], ['user', 'list'], ['audit', 'verify']]) {
          const refused = sallyport(...words, '--config', postgres)
          assert.equal(refused.status, 78, refused.stderr)
          assert.match(refused.stderr, /unfinished copy.*run the same `sallyport store copy` again/)
        }
    }
    assert.equal(command('user', 'list', '--config', postgres), people)
    const whole = command('audit', 'verify', '--config', postgres)
    assert.match(whole, /The chain is whole/)
    const again = sallyport('store', 'copy', ...into)
    assert.deepEqual([again.status, again.stderr], [0, ''])
    assert.match(again.stdout, /It was done at \d{4}-.*: nothing was left to do/)
  })

  test('says in a sentence why it does not begin', async () => {
    await using stage = await openStage('few')
    const { sqlite, postgres, folder, config } = stage
    const copy = (from: string, to: string, ...more: readonly string[]) => {
      const { status, stderr } = sallyport('store', 'copy', '--from', from, '--to', to, ...more)
      return { status, stderr }
    }
    const other = config('other.yaml', { keyFile: 'other-key', store: 'other.db' })
    writeFileSync(join(folder, 'other-key'), command('secrets', 'new'), { mode: 0o600 })
    const keys = copy(sqlite, other)
    assert.equal(keys.status, 78)
    assert.match(keys.stderr, /^encryption\.keys are not the same in both/)

    // Both name the same key, which is not the one of the store.
    const wrong = config('wrong.yaml', { keyFile: 'other-key', store: 'sallyport.db' })
    const wrongKey = copy(wrong, other)
    assert.equal(wrongKey.status, 78, wrongKey.stderr)
    assert.match(wrongKey.stderr, /^encryption\.keys 'bench' is not the key that --from was sealed/)

    const none = copy(config('none.yaml', { store: 'none.db' }), postgres, ...stage.owner)
    assert.equal(none.status, 69)
    assert.match(none.stderr, /there is no .*none\.db/)

    const itself = copy(sqlite, sqlite)
    assert.equal(itself.status, 1)
    assert.match(itself.stderr, /^--to is not empty/)
    assert.equal(copy(sqlite, postgres).status, 78)
    assert.equal(copy(sqlite, other, '--user', 'x').status, 64)
    assert.equal(sallyport('store', 'copy', '--from', sqlite).status, 64)
  })
})

/** The store of an app in a store elsewhere; answers with what is to stand in the configuration. */
async function moved(app: TestApp, store: Readonly<Record<string, unknown>>) {
  const to: Config = { ...app.config, store: configOf(app, store) }
  // Whoever tended the store has stopped by then.
  app.clock.advance(60)
  const world = { clock: app.clock, random: createSeededRandom('copy'), stopwatch: STOPWATCH }
  const as = { user: OWNER.user, password: () => OWNER.password }
  const stores = { from: app.config, to, as: to.store.engine === 'postgres' ? as : null }
  const answer = await copyStore(world)(stores, () => {})
  assert.ok(answer.heard === 'copied', answer.heard)
  assert.equal(answer.chain.verdict, 'whole')
  return store
}

const configOf = (app: TestApp, store: Readonly<Record<string, unknown>>) =>
  configFrom({
    issuer: app.issuer,
    encryption: { keys: [{ id: 'test', env: 'FIELD_KEY' }] },
    channels: { email: { host: '127.0.0.1', port: 25, from: 'a@kestrel.example' } },
    clients: [
      {
        id: 'iam',
        auth: { method: 'client_secret_basic', secretEnv: 'CLIENT_SECRET' },
        redirectUris: ['https://iam.example/callback'],
        subject: { from: 'par' },
      },
    ],
    store,
  }).store

const codeNow = ({ clock }: TestApp, key: string): string =>
  otp(fromBase32(key), Math.floor(clock.now() / 1000 / PERIOD_SECONDS))

/** By the code that comes by email, and one of the app. */
async function enrol(app: TestApp): Promise<string> {
  const { browser, page } = await begin(app)
  const first = await browser.submit(page, 'choose', { factor: 'enrol-totp' })
  const setUp = await browser.submit(first, 'answer', { code: app.mailbox.last().code })
  const key = keyOn(setUp)
  const done = await browser.submit(setUp, 'confirm', { code: codeNow(app, key) })
  assert.equal(done.status, 200)
  return key
}

/** Not with the code that was used before the move; with the next one once, and not a second time. */
async function signsInAgain(app: TestApp, key: string): Promise<void> {
  const used = app.clock.now()
  app.clock.set(later(used, -60))
  for (const [seconds, status] of [
    [0, 422],
    [60, 200],
    [0, 422],
  ] as const) {
    app.clock.advance(seconds)
    const browser = createUserAgent()
    const { page } = await begin(app, browser)
    const asked = await browser.submit(page, 'choose', { factor: 'totp' })
    const answered = await browser.submit(asked, 'answer', { code: codeNow(app, key) })
    assert.equal(answered.status, status)
  }
}

/** Dies when it has said so many lines, or is done before. */
async function killedAfter(lines: number, options: readonly string[]) {
  const child = spawn(process.execPath, [LAUNCH, 'store', 'copy', ...options])
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk
    if (said.split('\n').length > lines) child.kill('SIGKILL')
  })
  await once(child, 'exit')
  return { signal: child.signalCode, code: child.exitCode }
}

/** An installation on SQLite, and a configuration of the same with PostgreSQL. */
async function openStage(size: 'many' | 'few' = 'many') {
  await using opening = new AsyncDisposableStack()
  const database = opening.use(await (await sharedPostgres()).database())
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-copy-'))
  opening.defer(() => rmSync(folder, { recursive: true }))
  const installation = await createInstallation(folder)
  const many = Array.from({ length: size === 'many' ? PEOPLE : 1 }, (_, n) => usernameOf('p', n))
  importPeople(installation, many)
  const [{ host, port } = { host: '', port: 0 }] = database.settings.hosts
  writeFileSync(join(folder, 'password'), SERVING.password)
  writeFileSync(join(folder, 'owner-password'), OWNER.password)
  const written = readFileSync(installation.config, 'utf8')
  const made = opening.move()
  return {
    folder,
    sqlite: installation.config,
    config(name: string, { keyFile = 'field-key', store }: { keyFile?: string; store: string }) {
      const file = join(folder, name)
      const text = written.replace('file: field-key', `file: ${keyFile}`)
      writeFileSync(file, text.replace('file: sallyport.db', `file: ${store}`))
      return file
    },
    get postgres() {
      const file = join(folder, 'postgres.yaml')
      const store = `store: { engine: postgres, hosts: ['${host}:${port}'], database: ${database.name}, user: ${SERVING.user}, passwordFile: password }`
      writeFileSync(file, written.replace(/^store: .*$/m, store))
      return file
    },
    owner: ['--user', OWNER.user, '--password-file', join(folder, 'owner-password')],
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  }
}
