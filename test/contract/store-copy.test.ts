import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { exportAudit, verifyAudit } from '../../src/audit/index.ts'
import { hashOf, later } from '../../src/kernel/index.ts'
import {
  type CopyAnswer,
  type CopyProgress,
  copyStore,
  type Target,
} from '../../src/store/copy/index.ts'
import type { Store } from '../../src/store/index.ts'
import { SQLITE_SCHEMA } from '../../src/store/sqlite/migrate.ts'
import { grow } from '../support/grown.ts'
import { needs } from '../support/needs.ts'
import { requestSample } from '../support/request.ts'
import { challengedSample, createSampler } from '../support/step-up.ts'
import {
  postgresPlace,
  type SqlitePlace,
  type StorePlace,
  sqlitePlace,
} from '../support/store-places.ts'
import { createFakeClock, createTestKeys, NOON } from '../support/world.ts'

const keys = createTestKeys()
const ENGINES = { sqlite: async () => sqlitePlace(), postgres: () => postgresPlace() }
const skipOf = (engine: string) => needs(...(engine === 'postgres' ? ['postgresql'] : []))

type CopyOptions = {
  readonly rowsMax?: number
  readonly tell?: (progress: CopyProgress) => void
  readonly keys?: typeof keys
  /** Stands before the real one. */
  readonly target?: (real: Target) => Target
}

/** In small batches, so that each table takes several. */
async function copied(
  from: StorePlace,
  to: StorePlace,
  { rowsMax = 50, tell = () => {}, keys: given = keys, target = (real) => real }: CopyOptions = {},
): Promise<CopyAnswer> {
  await using source = await from.source()
  await using made = await to.target()
  return await copyStore({
    ...{ from: source, to: target(made), keys: given, clock: createFakeClock(), rowsMax, tell },
    verify: (audit) => verifyAudit(audit, given, { after: 0, checkpoint: null }),
  })
}

async function grown() {
  const place = sqlitePlace()
  await using store = await place.serve()
  return { place, memory: await grow(store, keys, createFakeClock()) }
}

async function exported({ audit }: Store): Promise<string> {
  const lines: string[] = []
  for await (const link of exportAudit(audit, 0)) lines.push(`${JSON.stringify(link)}\n`)
  return lines.join('')
}

/** What `user list` and `audit export` are made of, and what waits for the sealer. */
async function shown(place: StorePlace) {
  await using store = await place.serve()
  return {
    people: await store.people.list('local', '', 1_000),
    audit: await exported(store),
    waiting: await store.audit.unsealed(1_000),
    verdict: await verifyAudit(store.audit, keys, { after: 0, checkpoint: null }),
  }
}

for (const [engine, open] of Object.entries(ENGINES))
  describe(`a copy through ${engine}`, skipOf(engine), () => {
    test('brings every row there and back, and changes none where it comes from', async () => {
      const { place } = await grown()
      await using from = place
      await using there = await open()
      await using back = sqlitePlace()
      const [rows, bytes] = [from.rows(), readFileSync(from.file)]
      for (const [name, some] of Object.entries(rows)) assert.ok(some.length > 0, name)

      const first = await copied(from, there, { rowsMax: 3 })
      assert.ok(first.heard === 'copied')
      assert.deepEqual(first.chain, { verdict: 'whole', ...countsOf(rows) })
      assert.deepEqual(from.rows(), rows)
      assert.ok(readFileSync(from.file).equals(bytes))

      const seen = await shown(from)
      assert.ok(seen.audit.length > 0 && seen.waiting.length > 0)
      assert.deepEqual(await shown(there), seen)
      const second = await copied(there, back, { rowsMax: 3 })
      assert.deepEqual(second, first)
      assert.deepEqual(back.rows(), rows)
      assert.deepEqual(await shown(back), seen)
    })

    test('lets nothing be used again that was used before', async () => {
      const { place, memory } = await grown()
      await using from = place
      await using to = await open()
      assert.equal((await copied(from, to)).heard, 'copied')
      await using store = await to.serve()
      const { stepUps, requests } = store
      const { enrolment, account, usedStep, assertion, redeemed } = memory
      const sampler = createSampler('after the copy')

      const answered = async (source: string, part: number) => {
        const stepUp = challengedSample(sampler, { account })
        await stepUps.open(stepUp, [], null, NOON)
        const counter = { account, factor: 'totp', lane: 'signed' } as const
        const change = { version: 1, next: stepUp, events: [] }
        const consumption = { source, part }
        const judged = { verdict: 'accepted', enrolledBy: 'operator', consumption } as const
        return await stepUps.settle(change, counter, judged, null)
      }
      assert.equal(await answered(enrolment.id, usedStep), 'used')
      assert.equal(await answered(enrolment.id, usedStep - 1), 'used')
      assert.equal(await answered(memory.usedChallenge, 0), 'used')
      assert.equal(await answered(enrolment.id, usedStep + 1), 'settled')

      const once = { ...assertion, expiresAt: later(NOON, 300) }
      assert.equal(await requests.push(requestSample(sampler), once), 'assertion-replayed')
      const { client, redirectUri } = requestSample(sampler)
      const redeem = (hash: string) =>
        requests.redeem(
          { hash, seconds: 60, client, redirectUri },
          hashOf('the-verifier'),
          { hash: hashOf(`token of ${hash}`), expiresAt: later(NOON, 300) },
          null,
          NOON,
        )
      assert.notEqual(await requests.findToken(redeemed.token, NOON), undefined)
      assert.equal((await redeem(redeemed.hash)).heard, 'replayed')
      assert.equal((await redeem(memory.issued.hash)).heard, 'redeemed')
      assert.equal((await redeem(memory.issued.hash)).heard, 'replayed')
    })

    test('brings sealed seeds that open, tallies and pauses, and budgets of messages', async () => {
      const { place, memory } = await grown()
      await using from = place
      await using to = await open()
      await copied(from, to)
      await using store = await to.serve()
      const [found] = await store.totp.find(memory.account)
      assert.deepEqual(found?.secret.reveal(), Buffer.from(memory.enrolment.secret.reveal()))
      assert.equal(found?.usedTimeStep, memory.usedStep)
      const [active] = await store.signingKeys.list()
      assert.match(active?.privateKey.reveal() ?? '', /^pem of /)

      const { stepUps } = store
      const { tallies } = await stepUps.standing(memory.spent)
      assert.deepEqual(
        new Map(tallies.map(({ lane, failures, lockedUntil }) => [lane, [failures, lockedUntil]])),
        new Map([
          ['signed', [10, later(NOON, 900)]],
          ['unsigned', [3, null]],
          ['browser:b1', [3, null]],
        ]),
      )
      const sampler = createSampler('guesses')
      const stepUp = challengedSample(sampler, { account: memory.spent })
      await stepUps.open(stepUp, [], null, NOON)
      const change = { version: 1, next: stepUp, events: [] }
      const rule = { every: 10, seconds: [900], cap: 13, own: 10 }
      const counter = { account: memory.spent, factor: 'totp', lane: 'signed' } as const
      // Over the lanes of the class there are 13 already.
      const answer = await stepUps.spend(change, counter, rule, later(NOON, 1_000))
      assert.deepEqual(answer, { heard: 'locked', until: 'operator' })

      const claim = {
        ...({ account: memory.claimed, channel: 'email', lane: 'signed' } as const),
        rule: { coolDownSeconds: [30], windowSeconds: 3600, sendsMax: 5 },
      }
      const sent = challengedSample(sampler, { account: memory.claimed, factor: 'email' })
      const soon = await stepUps.open(sent, [], claim, later(NOON, 29))
      assert.deepEqual(soon, { heard: 'too-soon', until: later(NOON, 30) })
    })

    test('goes on where it was left, before or after any of its commits', async () => {
      const { place } = await grown()
      await using from = place
      const seen = await shown(from)
      await using to = await open()
      let deaths = 0
      let isFinished = false
      const noting = (real: Target): Target => ({
        ...real,
        async finish(...of) {
          const answer = await real.finish(...of)
          isFinished = answer !== 'stale'
          return answer
        },
      })
      for (;;) {
        const target = (real: Target) => dyingAt(deaths)(noting(real))
        const answer = await copied(from, to, { rowsMax: 3, target }).catch((error) => {
          assert.ok(error instanceof Killed)
          return undefined
        })
        if (answer !== undefined) {
          // It may have died just after it was finished.
          assert.match(answer.heard, /^copied(?:-before)?$/)
          break
        }
        deaths++
        if (deaths > 1 && !isFinished) await refusesToServe(to)
      }
      assert.ok(deaths > 20, `${deaths}`)
      assert.deepEqual(await shown(to), seen)
    })

    test('has the next event come after those that waited', async () => {
      const { place } = await grown()
      await using from = place
      await using to = await open()
      await copied(from, to)
      await using store = await to.serve()
      const waiting = await store.audit.unsealed(1_000)
      await store.audit.keep([
        { event: 'request.refused', at: NOON, actor: 'client', client: 'iam', reason: 'late' },
      ])
      const now = await store.audit.unsealed(1_000)
      assert.deepEqual(now.slice(0, -1), waiting)
      assert.match(now.at(-1)?.text ?? '', /late/)
    })

    test('is told that it was done, and does nothing again', async () => {
      const { place } = await grown()
      await using from = place
      await using to = await open()
      await copied(from, to)
      const again = await copied(from, to)
      assert.ok(again.heard === 'copied-before')
      assert.deepEqual([again.at, again.chain.verdict], [NOON, 'whole'])
    })

    test('is not begun in a store that keeps something', async () => {
      const { place } = await grown()
      await using from = place
      await using to = await open()
      {
        await using store = await to.serve()
        await store.audit.keep([
          { event: 'request.refused', at: NOON, actor: 'client', client: 'iam', reason: 'x' },
        ])
      }
      const seen = await shown(to)
      assert.deepEqual(await copied(from, to), { heard: 'target-not-empty' })
      assert.deepEqual(await shown(to), seen)
    })

    test('is begun in a store that was opened and keeps nothing', async () => {
      const { place } = await grown()
      await using from = place
      await using to = await open()
      await served(to, createTestKeys('another'))
      assert.equal((await copied(from, to)).heard, 'copied')
    })

    test('is not finished from a store that was changed since it was begun', async () => {
      const { place } = await grown()
      await using from = place
      await using to = await open()
      await assert.rejects(copied(from, to, { target: dyingAt(5) }), Killed)
      await event(from)
      assert.deepEqual(await copied(from, to), { heard: 'target-of-another' })
      await refusesToServe(to)
    })

    test('is not finished from a store that is changed while it is copied', async () => {
      for (const [tamper, answer] of [
        ['UPDATE consumed SET part = part - 1 WHERE part > 1000', { heard: 'differs' }],
        [`DELETE FROM client_assertions`, { heard: 'differs' }],
        [
          `INSERT INTO audit_events (id, event) SELECT 'evt_${'x'.repeat(22)}', event FROM audit_events LIMIT 1`,
        ],
      ] as const) {
        const { place } = await grown()
        await using from = place
        await using to = await open()
        let isDone = false
        const heard = await copied(from, to, {
          tell({ state, table }) {
            if (isDone || state !== 'copied' || table !== 'audit_links') return
            isDone = true
            void from.change(tamper)
          },
        })
        assert.equal(heard.heard, answer?.heard ?? 'source-changed', tamper)
        await refusesToServe(to)
      }
    })

    test('is not made of a store that is served, nor finished where it is served meanwhile', async () => {
      const { place } = await grown()
      await using from = place
      await using to = await open()
      const lease = `INSERT INTO leases VALUES ('sealer', 'host-a', ${later(NOON, 7)})`
      await from.change(lease)
      assert.deepEqual(await copied(from, to), { heard: 'source-served', by: 'host-a' })
      await from.change(`UPDATE leases SET until = ${NOON}`)
      const heard = await copied(from, to, {
        tell: ({ state, table }) => {
          if (state === 'compared' && table === 'audit_waiting')
            void from.change(`UPDATE leases SET until = ${later(NOON, 7)}`)
        },
      })
      assert.deepEqual(heard, { heard: 'source-served', by: 'host-a' })
      await refusesToServe(to)
      await from.change('DELETE FROM leases')
      assert.equal((await copied(from, to)).heard, 'copied')
    })

    test('is not made with a key that is not the one of the source', async () => {
      const { place } = await grown()
      await using from = place
      await using to = await open()
      const other = createTestKeys('another')
      const wrong = { ...other, activeId: keys.activeId, ids: keys.ids }
      const posing = { ...wrong, subkey: (purpose: 'seal') => other.subkey(purpose, 'another') }
      assert.deepEqual(await copied(from, to, { keys: posing as typeof keys }), {
        ...{ heard: 'key-differs', key: keys.activeId },
      })
    })

    test('is not made between stores of two schemas', async () => {
      const { place } = await grown()
      await using from = place
      await using to = await open()
      await served(to)
      await to.change('UPDATE schema_versions SET version = version + 97')
      const answer = {
        ...{ heard: 'schema-differs', which: 'to' },
        ...{ has: SQLITE_SCHEMA + 97, known: SQLITE_SCHEMA },
      }
      assert.deepEqual(await copied(from, to), answer)
    })

    test('is not made of an unfinished copy', async () => {
      const { place } = await grown()
      await using from = place
      await using half = await open()
      await using to = sqlitePlace()
      await assert.rejects(copied(from, half, { target: dyingAt(9) }), Killed)
      assert.deepEqual(await copied(half, to), { heard: 'source-unfinished' })
    })

    test('is as broken as what it was made of, and says so', async () => {
      const { place } = await grown()
      await using from = place
      await using to = await open()
      await from.change("UPDATE audit_events SET event = replace(event, 'ada', 'bob')")
      const answer = await copied(from, to)
      assert.equal(answer.heard === 'copied' && answer.chain.verdict, 'broken')
      assert.deepEqual((await shown(to)).verdict, (await shown(from)).verdict)
    })
  })

class Killed extends Error {}

/** Dies at the n-th commit: the even ones before, the odd ones after it. */
const dyingAt =
  (n: number) =>
  (real: Target): Target => {
    let commits = 0
    const dying = async <T>(commit: () => Promise<T>): Promise<T> => {
      const isNow = commits++ === 1 + (n % 2)
      if (isNow && n % 2 === 0) throw new Killed()
      const done = await commit()
      if (isNow) throw new Killed()
      return done
    }
    return {
      ...real,
      append: (rows, from, to) => dying(() => real.append(rows, from, to)),
      finish: (from, at) => dying(() => real.finish(from, at)),
    }
  }

async function refusesToServe(place: StorePlace): Promise<void> {
  await assert.rejects(place.serve(), { code: 'configuration.unfit', message: /unfinished copy/ })
}

/** Opens it once, as any command does. */
async function served(place: StorePlace, withKeys = keys): Promise<void> {
  await using store = await place.serve(withKeys)
  await store.audit.head()
}

async function event(place: StorePlace): Promise<void> {
  await using store = await place.serve()
  await store.audit.keep([
    { event: 'request.refused', at: NOON, actor: 'client', client: 'iam', reason: 'since' },
  ])
}

function countsOf(rows: ReturnType<SqlitePlace['rows']>) {
  const [events, links] = [rows['audit_events'] ?? [], rows['audit_links'] ?? []]
  return { checked: links.length, unsealed: events.length - links.length }
}
