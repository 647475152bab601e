import assert from 'node:assert/strict'
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import Sqlite from 'better-sqlite3'
import { Fault, later, Secret } from '../../src/kernel/index.ts'
import { migrateSqlite, openSqliteStore, type SqliteOptions } from '../../src/store/index.ts'
import { type LoadedWriter, loadWriter } from '../../src/store/sqlite/loading/index.ts'
import { SQLITE_SCHEMA } from '../../src/store/sqlite/migrate.ts'
import { enrolmentSample } from '../support/enrolment.ts'
import { requestSample } from '../support/request.ts'
import { challengedSample, createSampler } from '../support/step-up.ts'
import { createFakeClock, createSeededRandom, createTestKeys, NOON } from '../support/world.ts'
import { times } from './bench.ts'

const sampler = createSampler('faults')
const NEWER = new RegExp(
  `schema 99, which needs a release that knows schema 97; this one knows up to ${SQLITE_SCHEMA}: run a newer release, or restore`,
)
const until = later(NOON, 60)
const unavailable = (error: unknown) => error instanceof Fault && error.code === 'store.unavailable'

async function bench(over: Partial<SqliteOptions> = {}) {
  await using opening = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-faults-'))
  opening.defer(() => rm(folder, { recursive: true }))
  const file = join(folder, 'sallyport.db')
  const options: SqliteOptions = {
    ...{ file, keys: createTestKeys(), random: createSeededRandom('faults') },
    ...{ clock: createFakeClock(), ...over },
  }
  const store = opening.use(await openSqliteStore(options))
  const made = opening.move()
  return { store, file, options, [Symbol.asyncDispose]: () => made.disposeAsync() }
}

describe('the sqlite store', () => {
  test('keeps what was kept when it is opened again', async () => {
    await using made = await bench()
    const stepUp = challengedSample(sampler)
    await made.store.stepUps.open(stepUp, [], null, NOON)
    await made.store[Symbol.asyncDispose]()
    await using again = await openSqliteStore(made.options)
    assert.deepEqual((await again.stepUps.find(stepUp.id))?.value, stepUp)
  })

  test('takes the writer whose loading began earlier, and ends it', async () => {
    const writer = loadWriter()
    await using made = await bench({ writer })
    const stepUp = challengedSample(sampler)
    await made.store.stepUps.open(stepUp, [], null, NOON)
    assert.deepEqual((await made.store.stepUps.find(stepUp.id))?.value, stepUp)
    assert.ok(writer.isWell())
    await made.store[Symbol.asyncDispose]()
    assert.ok(!writer.isWell())
  })

  test('takes another writer where that one failed or ended before it was wanted', async () => {
    for (const fails of [true, false]) {
      const writer = loadWriter()
      if (fails) writer.worker.emit('error', new Error('no memory for its code'))
      else await writer.worker.terminate()
      await using made = await bench({ writer })
      await made.store.stepUps.open(challengedSample(sampler), [], null, NOON)
      assert.equal(await made.store.health(), 'up')
    }
  })

  test('leaves no writer behind where it cannot be opened', async () => {
    await using made = await bench()
    const nowhere = loadWriter()
    const file = join(made.file, 'below', 'a.db')
    await assert.rejects(openSqliteStore({ ...made.options, file, writer: nowhere }), unavailable)
    assert.ok(!nowhere.isWell())

    // Away at the moment at which the writer is given it, and the reader looks.
    const late = loadedUntilGiven(() => renameSync(made.file, `${made.file}.away`))
    await assert.rejects(openSqliteStore({ ...made.options, writer: late }), unavailable)
    assert.ok(!late.isWell())
  })

  test('waits for another process that leaves the file, and has it for itself meanwhile', async () => {
    await using made = await bench()
    await made.store[Symbol.asyncDispose]()
    const held = new Int32Array(new SharedArrayBuffer(4))
    const code = `
      const { workerData: { sqlite, file, held } } = require('node:worker_threads')
      const db = new (require(sqlite))(file)
      db.pragma('locking_mode = EXCLUSIVE')
      db.exec('BEGIN EXCLUSIVE')
      Atomics.store(held, 0, 1)
      Atomics.notify(held, 0)
      Atomics.wait(held, 0, 1, 400)
      db.exec('COMMIT')
      db.close()`
    const writer = loadedUntilGiven(() => {
      const sqlite = fileURLToPath(import.meta.resolve('better-sqlite3'))
      new Worker(code, { eval: true, workerData: { sqlite, file: made.file, held } })
      assert.notEqual(Atomics.wait(held, 0, 0, 10_000), 'timed-out')
    })
    await using store = await openSqliteStore({ ...made.options, writer })
    assert.equal(await store.health(), 'up')
  })

  test('makes a file that only its own user may read', async () => {
    await using made = await bench()
    for (const end of ['', '-wal', '-shm'])
      assert.equal(statSync(`${made.file}${end}`).mode & 0o077, 0)
  })

  test('refuses a newer schema that is not made for it, and touches nothing', async () => {
    await using made = await bench()
    using db = closing(new Sqlite(made.file))
    const insert = db.prepare("INSERT INTO schema_versions VALUES (?, 'from the future', ?, 0)")
    // What any step on the way broke is broken, whatever the last of them says.
    insert.run(98, 97)
    insert.run(99, 1)
    await assert.rejects(openSqliteStore(made.options), unavailable)
    assert.throws(() => migrateSqlite(made.file, createFakeClock()), NEWER)
  })

  test('runs on a newer schema that says it may, as the release before an update does', async () => {
    await using made = await bench()
    const stepUp = challengedSample(sampler)
    await made.store.stepUps.open(stepUp, [], null, NOON)
    const version = SQLITE_SCHEMA
    const next = {
      ...{ version: version + 1, name: 'next', compatibleFrom: version },
      sql: "ALTER TABLE step_ups ADD COLUMN region TEXT NOT NULL DEFAULT 'here'; CREATE TABLE regions (id TEXT)",
    }
    const clock = createFakeClock()
    const applied = { from: version, to: next.version }
    assert.deepEqual(migrateSqlite(made.file, clock, [next]), applied)
    assert.deepEqual(migrateSqlite(made.file, clock), { from: next.version, to: next.version })
    await using store = await openSqliteStore(made.options)
    assert.deepEqual((await store.stepUps.find(stepUp.id))?.value, stepUp)
    await store.stepUps.open(challengedSample(sampler), [], null, NOON)
  })

  test('refuses a file that is no database', async () => {
    await using made = await bench()
    const file = `${made.file}.other`
    writeFileSync(file, 'This is a letter to nobody. '.repeat(400))
    await assert.rejects(openSqliteStore({ ...made.options, file }), unavailable)
    const nowhere = join(made.file, 'below', 'a.db')
    await assert.rejects(openSqliteStore({ ...made.options, file: nowhere }), unavailable)
  })

  test('says a fault, and still reads, while another process holds the file', async () => {
    await using made = await bench()
    const { leases, stepUps } = made.store
    using db = closing(new Sqlite(made.file))
    db.exec('BEGIN IMMEDIATE')
    const held = leases.claim('job', 'a', NOON, until)
    assert.equal(await stepUps.find(sampler.id('stepUp')), undefined)
    await assert.rejects(held, unavailable)
    db.exec('ROLLBACK')
    assert.equal(await leases.claim('job', 'a', NOON, until), 'held')
  })

  test('is down while its file is away, loses nothing, and comes back with it', async () => {
    const lost: unknown[] = []
    await using made = await bench({ onFault: (why) => lost.push(why) })
    const { store, file } = made
    const stepUp = challengedSample(sampler)
    await store.stepUps.open(stepUp, [], null, NOON)
    assert.equal(await store.health(), 'up')

    const ends = ['', '-wal', '-shm']
    for (const end of ends) renameSync(`${file}${end}`, `${file}.away${end}`)
    await assert.rejects(store.leases.claim('job', 'a', NOON, until), unavailable)
    assert.equal(await store.health(), 'down')
    // Until then the writer may still find the file as it was, if that is back soon enough.
    await comesTo('lost', async () => (lost.length > 0 ? 'lost' : 'kept'))
    // Other than this the store would write where nobody ever looks again.
    const again = ends.filter((end) => statSync(`${file}.away${end}`, { throwIfNoEntry: false }))
    for (const end of again) renameSync(`${file}.away${end}`, `${file}${end}`)

    await comesTo('up', () => store.health())
    assert.equal(await store.leases.claim('job', 'b', NOON, until), 'held')
    assert.deepEqual((await store.stepUps.find(stepUp.id))?.value, stepUp)
  })

  test('closes without a complaint while its writer finds no file', async () => {
    const lost: unknown[] = []
    await using made = await bench({ onFault: (why) => lost.push(why) })
    renameSync(made.file, `${made.file}.away`)
    await assert.rejects(made.store.leases.claim('job', 'a', NOON, until), unavailable)
    await comesTo('lost', async () => (lost.length > 0 ? 'lost' : 'kept'))
    // The next writer is on its way by then, and fails where nobody waits for it but whoever closes the store.
    await new Promise((resolve) => setTimeout(resolve, 150))
    await made.store[Symbol.asyncDispose]()
  })

  test('rolls back alone what throws, and keeps the rest of its batch', async () => {
    await using made = await bench()
    const { requests } = made.store
    const [first, second, third, fourth] = times(4, () => requestSample(sampler))
    assert.ok(first && second && third && fourth)
    // Two requests of one hash are a bug, and no Fault. Its assertion was used up before it threw.
    const once = { client: 'iam', jti: 'once', expiresAt: until }
    const whole = requests.push(first, null)
    const broken = requests.push({ ...second, uriHash: first.uriHash }, once)
    const after = requests.push(third, once)
    const brokenToo = requests.push({ ...second, uriHash: third.uriHash }, null)
    const last = requests.push(fourth, null)
    for (const one of [broken, brokenToo])
      await assert.rejects(one, (error: unknown) => !(error instanceof Fault))
    assert.deepEqual(await Promise.all([whole, after, last]), ['pushed', 'pushed', 'pushed'])
    assert.equal(await requests.find(second.stepUp), undefined)
    for (const { stepUp } of [first, third, fourth])
      assert.notEqual(await requests.find(stepUp), undefined)
  })

  test('holds in its schema too what may be there once', async () => {
    await using made = await bench()
    using db = closing(new Sqlite(made.file))
    const once: Readonly<Record<string, string>> = {
      'a version of a step-up': "step_ups VALUES ('s', 1, NULL, 'b', 'choosing', 0, '{}')",
      'a tally of a lane': "counters VALUES ('a', 'totp', 'signed', 1, NULL)",
      'what was consumed': "consumed VALUES ('enr', 7, NULL)",
      'a factor of an account':
        "enrolments VALUES (hex(randomblob(8)), 'a', 'totp', 'open', 'x', 160, 'sha1', 6, 30, 0, NULL, 1)",
      'a nonce of a client':
        "requests VALUES (hex(randomblob(8)), hex(randomblob(8)), 'c', 'n', 'u', 'v', 0, 0, '{}')",
      'a step-up of a request':
        "requests VALUES (hex(randomblob(8)), 's', 'c', NULL, 'u', 'v', 0, 0, '{}')",
      'an assertion of a client': "client_assertions VALUES ('c', 'j', 0)",
      'a code of a step-up':
        "authorization_codes VALUES (hex(randomblob(8)), 's', 0, NULL, NULL, NULL)",
      'a name in a directory':
        "people VALUES (hex(randomblob(8)), 'local', 'A', 'a', NULL, '[]', '[]', NULL, 'enabled', 0)",
      'an id in a directory':
        "accounts (account, directory, immutable_id) VALUES (hex(randomblob(8)), 'corp', 'guid')",
      'a link at a place of the chain': "audit_links VALUES (1, abs(random()), 'k', 'm')",
      'a link of an event': "audit_links VALUES (abs(random()), 1000000, 'k', 'm')",
    }
    for (const [what, row] of Object.entries(once)) {
      db.exec(`INSERT INTO ${row}`)
      assert.throws(() => db.exec(`INSERT INTO ${row}`), /UNIQUE/, what)
    }
  })

  test('takes ten thousand waiting operations and refuses the next at once', async () => {
    await using made = await bench()
    const claims = times(10_001, () => made.store.leases.claim('job', 'a', NOON, until))
    const answers = await Promise.allSettled(claims)
    const failed = answers.filter(({ status }) => status === 'rejected')
    assert.equal(failed.length, 1)
    assert.equal(answers.at(-1)?.status, 'rejected')
  })

  test('counts those whom nobody waits for any more, so that its queue stays bounded', async () => {
    await using made = await bench()
    using db = closing(new Sqlite(made.file))
    db.exec('BEGIN IMMEDIATE')
    const ask = () =>
      Promise.allSettled(times(10_000, () => made.store.leases.claim('job', 'a', NOON, until)))
    const given = await ask()
    assert.ok(given.every(({ status }) => status === 'rejected'))
    const busy = (await ask()).filter((one) => 'reason' in one && /too busy/.test(one.reason))
    assert.ok(busy.length > 5_000, `${busy.length} were refused at once`)
    db.exec('ROLLBACK')
  })

  test('fails what is asked of it after it was closed', async () => {
    await using made = await bench()
    const { store } = made
    await store[Symbol.asyncDispose]()
    await assert.rejects(store.leases.claim('job', 'a', NOON, until), unavailable)
    await assert.rejects(store.stepUps.find(sampler.id('stepUp')), unavailable)
    assert.equal(await store.health(), 'down')
  })

  test('throws on a row that another release wrote, and grants nothing on it', async () => {
    await using made = await bench()
    const stepUp = challengedSample(sampler)
    await made.store.stepUps.open(stepUp, [], null, NOON)
    using db = closing(new Sqlite(made.file))
    const put = db.prepare('UPDATE step_ups SET value = ?')
    for (const value of [{ state: 'waived' }, { later: 1 }, { attemptsLeft: -1 }, { id: 'x' }]) {
      put.run(JSON.stringify({ ...stepUp, ...value }))
      await assert.rejects(made.store.stepUps.find(stepUp.id), /does not hold a step-up/)
    }
  })
})

describe('what is sealed', () => {
  test('stands nowhere in the file in clear', async () => {
    await using made = await bench()
    const account = sampler.id('account')
    const secret = Buffer.from('a seed of twenty byt')
    await enrolled(made.store, account, { secret: new Secret<Uint8Array>(secret) })
    const privateKey = new Secret<string>('-----BEGIN PRIVATE KEY-----')
    const key = { kid: 'k', alg: 'ES256', state: 'next', publicJwk: '{}' } as const
    const times = { madeAt: NOON, activatedAt: null, retiredAt: null }
    await made.store.signingKeys.replaceSet([], [{ ...key, ...times, privateKey }], [])
    const bytes = Buffer.concat([readFileSync(made.file), readFileSync(`${made.file}-wal`)])
    assert.equal(bytes.includes(account), true)
    for (const clear of [secret, Buffer.from('PRIVATE KEY'), ...encodings(secret)])
      assert.equal(bytes.includes(clear), false)
  })

  test('opens in its own row alone', async () => {
    await using made = await bench()
    const [mine, yours] = [sampler.id('account'), sampler.id('account')]
    await enrolled(made.store, mine)
    await enrolled(made.store, yours)
    using db = closing(new Sqlite(made.file))
    db.prepare(
      'UPDATE enrolments SET secret = (SELECT secret FROM enrolments WHERE account = ?) WHERE account = ?',
    ).run(mine, yours)
    await assert.rejects(made.store.totp.find(yours))
    assert.equal((await made.store.totp.find(mine)).length, 1)
  })
})

async function enrolled(
  store: Awaited<ReturnType<typeof openSqliteStore>>,
  account: ReturnType<typeof sampler.id<'account'>>,
  over: Parameters<typeof enrolmentSample>[2] = {},
) {
  const stepUp = challengedSample(sampler, { account })
  const enrolment = enrolmentSample(sampler, account, over)
  await store.stepUps.open(stepUp, [], null, NOON)
  await store.stepUps.enrol({ version: 1, next: stepUp, events: [] }, enrolment, 1, null)
  return enrolment
}

function encodings(bytes: Buffer): readonly Buffer[] {
  return (['hex', 'base64', 'base64url'] as const).map((one) => Buffer.from(bytes.toString(one)))
}

function closing(db: Sqlite.Database): Sqlite.Database & Disposable {
  return Object.assign(db, { [Symbol.dispose]: () => void db.close() })
}

/** A loaded writer, and what happens when it is given its file: after the checks, and before the reader opens. */
function loadedUntilGiven(act: () => void): LoadedWriter {
  const writer = loadWriter()
  const ref = writer.worker.ref.bind(writer.worker)
  writer.worker.ref = () => {
    writer.worker.ref = ref
    act()
    ref()
  }
  return writer
}

/** The store comes back by itself, and says nothing when it does. */
async function comesTo(wanted: string, look: () => Promise<string>): Promise<void> {
  for (let n = 0; n < 200; n++) {
    if ((await look()) === wanted) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  assert.fail(`never came to be ${wanted}`)
}
