import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { stringify } from 'yaml'
import { run, type Tools, type World } from '../../src/cli/index.ts'
import { migrateStore } from '../../src/compose-store.ts'
import { composeTools, inspect } from '../../src/compose-tools.ts'
import { fail, ok } from '../../src/kernel/index.ts'
import { hearing } from '../support/hearing.ts'
import { openTestStore, STORE_ENV } from '../support/test-store.ts'
import { createFakeClock, createSeededRandom } from '../support/world.ts'

const LAUNCH = new URL('../../src/launch.js', import.meta.url).pathname
const KEY = Buffer.alloc(32, 7).toString('base64')
const ENV = {
  FIELD_KEY: KEY,
  OTHER_KEY: Buffer.alloc(32, 8).toString('base64'),
  CLIENT_SECRET: 's'.repeat(40),
  ...STORE_ENV,
}

type Given = {
  readonly settings?: Record<string, unknown>
  /** While it drains. */
  readonly pause?: (seconds: number) => Promise<unknown>
}

/** The command line as it is started, in a folder of its own. */
async function bench() {
  await using opening = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-start-'))
  opening.defer(() => rmSync(folder, { recursive: true }))
  const kept = opening.use(await openTestStore(folder))
  const settings = {
    issuer: 'http://localhost:8080',
    listen: { port: 0 },
    management: { port: 0 },
    store: kept.config,
    encryption: { keys: [{ id: 'k1', env: 'FIELD_KEY' }] },
    clients: [
      {
        id: 'sso',
        auth: { method: 'client_secret_basic', secretEnv: 'CLIENT_SECRET' },
        redirectUris: ['https://sso.example.com/callback'],
        subject: { from: 'par' },
      },
    ],
    factors: ['totp'],
    firstEnrolment: 'open',
    logLevel: 'error',
  }
  const yamlOf = (over: Record<string, unknown>) => stringify({ ...settings, ...over })

  async function sallyport(line: readonly string[], given: Given = {}) {
    const said = { out: '', err: '' }
    const world: World = {
      io: {
        ...hearing(said),
        readStdin: async () => ok(new Uint8Array()),
        readFile: () => ok(Buffer.from(yamlOf(given.settings ?? {}))),
        writeFile: () => fail('read only'),
      },
      ...{ env: ENV, clock: createFakeClock(), random: createSeededRandom('start') },
      ...{ operator: 'ann', version: '0.0.0', inspect },
      migrateStore: (config, how) =>
        migrateStore({ ...world, stopwatch: { seconds: () => 0 } })(config, how),
      openTools: (config): Promise<Tools> =>
        composeTools(config, {
          ...{ clock: world.clock, random: world.random, version: '0.0.0', logTo: 'stderr' },
          stopwatch: { seconds: () => 0 },
          pause: async (seconds) => given.pause?.(seconds),
        }),
      copyStore: async () => ({ heard: 'stale' }),
      openKeycloak: () => Promise.reject(new Error('no test asks for this')),
      stopped: async () => {},
    }
    return { code: await run(['--config', 'sallyport.yaml', ...line], world), ...said }
  }
  const opened = opening.move()
  return {
    ...{ folder, sallyport, yamlOf },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

describe('the start', () => {
  test('says in a sentence what is wrong with the file of the store', async () => {
    await using made = await bench()
    const at = (...names: readonly string[]) => join(made.folder, ...names)
    mkdirSync(at('a-folder'))
    writeFileSync(at('a-letter'), 'This is a letter to nobody. '.repeat(400))
    const places = [
      [at('nowhere', 'a.db'), /ENOENT/, /store\.file .* no such folder/],
      [at('a-folder'), /EISDIR/, /store\.file .* is no file/],
      [at('a-letter'), /file is not a database/, undefined],
    ] as const
    for (const [file, cause, inCheck] of places) {
      const settings = { store: { engine: 'sqlite', file } }
      for (const command of [['serve'], ['user', 'list']]) {
        const { code, err, out } = await made.sallyport(command, { settings })
        assert.deepEqual([code, out], [69, ''], file)
        assert.match(err, /^unavailable \(store\.unavailable\): cannot open /)
        assert.match(err, cause)
        assert.equal(err.trim().split('\n').length, 1)
      }
      const checked = await made.sallyport(['check'], { settings })
      assert.equal(checked.code, inCheck === undefined ? 0 : 78, file)
      if (inCheck !== undefined) assert.match(checked.err, inCheck)
    }
  })

  test('says which port is taken, which address is not ours, and leaves nothing open', async () => {
    await using made = await bench()
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    assert.ok(typeof address === 'object' && address !== null)
    const { port } = address
    const cases = [
      [{ listen: { port } }, /: listen\.port: another process has \d+ on 127\.0\.0\.1\n$/],
      [{ management: { port } }, /: management\.port: another process has \d+/],
      [{ listen: { port: 0, host: '192.0.2.7' } }, /: listen\.host: 192\.0\.2\.7 is no address/],
    ] as const
    for (const [settings, sentence] of cases) {
      const { code, err } = await made.sallyport(['serve'], { settings })
      assert.equal(code, 69)
      assert.match(err, sentence)
      assert.equal(err.trim().split('\n').length, 1)
    }
    await new Promise((resolve) => taken.close(resolve))
  })

  test('says of a missing logo what `check` says', async () => {
    await using made = await bench()
    for (const theme of [
      { logo: join(made.folder, 'logo.svg') },
      { folder: join(made.folder, 'theme') },
    ]) {
      const checked = await made.sallyport(['check'], { settings: { theme } })
      const served = await made.sallyport(['serve'], { settings: { theme } })
      assert.match(checked.err, /^theme/)
      assert.deepEqual(served, { code: 78, out: '', err: checked.err })
    }
  })

  test('refuses another field key under a known id, and one that is missing', async () => {
    await using made = await bench()
    assert.equal((await made.sallyport(['serve'])).code, 0)
    const wrong = { encryption: { keys: [{ id: 'k1', env: 'OTHER_KEY' }] } }
    const missing = { encryption: { keys: [{ id: 'k2', env: 'OTHER_KEY' }] } }
    for (const command of [['serve'], ['user', 'list'], ['keys', 'list']]) {
      const other = await made.sallyport(command, { settings: wrong })
      const says = "encryption.keys 'k1' is not the key that this database was sealed with\n"
      assert.deepEqual(other, { code: 78, out: '', err: says })
      const none = await made.sallyport(command, { settings: missing })
      assert.equal(none.code, 78)
      assert.match(none.err, /^encryption\.keys has no 'k1', and this database holds/)
    }
  })

  test('keeps what a command prints apart from what it logs', async () => {
    await using made = await bench()
    const file = join(made.folder, 'sallyport.yaml')
    writeFileSync(file, made.yamlOf({ logLevel: 'debug' }))
    const sallyport = (...words: readonly string[]) =>
      spawnSync(process.execPath, [LAUNCH, ...words, '--config', file], {
        encoding: 'utf8',
        env: { ...ENV, PATH: process.env['PATH'] },
      })
    const { stdout, stderr, status } = sallyport('keys', 'rotate')
    assert.equal(status, 0)
    assert.match(stdout, /^Key \S+ is published and signs from [^\n]*\n$/)
    assert.match(stderr, /"msg":"signing-key\.made"/)
  })
})

describe('the stop', () => {
  test('keeps answering after readiness went down, for as long as it is told', async () => {
    await using made = await bench()
    const ports = { front: await freePort(), back: await freePort() }
    const status = async (url: string) => (await fetch(url).catch(() => undefined))?.status
    const ready = () => status(`http://127.0.0.1:${ports.back}/health/ready`)
    const front = () => status(`http://127.0.0.1:${ports.front}/.well-known/openid-configuration`)
    const seen: unknown[] = []
    const look = async () => void seen.push([await ready(), await front()])
    const { code } = await made.sallyport(['serve'], {
      settings: {
        listen: { port: ports.front, drainSeconds: 7 },
        management: { port: ports.back },
      },
      async pause(seconds) {
        seen.push(seconds)
        await look()
      },
    })
    await look()
    assert.equal(code, 0)
    assert.deepEqual(seen, [7, [503, 200], [undefined, undefined]])
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  assert.ok(typeof address === 'object' && address !== null)
  return address.port
}
