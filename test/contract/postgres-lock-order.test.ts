import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { later, Secret } from '../../src/kernel/index.ts'
import type { SigningKey } from '../../src/oidc/index.ts'
import type { Store } from '../../src/store/index.ts'
import { openPostgresStore } from '../../src/store/postgres/index.ts'
import { holdRow, untilWaiting } from '../support/held-rows.ts'
import { needs } from '../support/needs.ts'
import { sharedPostgres } from '../support/postgres.ts'
import type { TestDatabase } from '../support/postgres-database.ts'
import { challengedSample, createSampler } from '../support/step-up.ts'
import {
  createFakeClock,
  createSeededRandom,
  createTestKeys,
  NOON,
  STOPWATCH,
} from '../support/world.ts'

const sampler = createSampler('lock order')
const account = sampler.id('account')
const app = sampler.id('enrolment')
const BY = { at: NOON, actor: 'operator:ada' } as const
const LIMITS = { cap: 1, sendsMax: { signed: 1, unsigned: 1 } }

type Waiting = {
  readonly fill: string
  /** The row that everybody comes to first. */
  readonly first: readonly [rows: string, value: string]
  readonly act: (store: Store) => Promise<unknown>
  /** What it would hold by then if it went another way. */
  readonly later: readonly [rows: string, value: string]
}

/** Rows are laid down in another order than the one in which they are taken. */
const TALLIES = `INSERT INTO counters VALUES
  ('${account}', 'totp', 'unsigned', 1, '{}'), ('${account}', 'totp', 'signed', 1, '{}'),
  ('${account}', 'email', 'unsigned', 1, '{}'), ('${account}', 'email', 'signed', 1, '{}')`
const SENDS = `INSERT INTO send_budgets VALUES
  ('${account}', 'email', 'unsigned', 0, 1, 0), ('${account}', 'email', 'signed', 0, 1, 0)`
const PERSON = `INSERT INTO accounts VALUES ('${account}', 'local', '${account}', null);
  INSERT INTO people VALUES ('${account}', 'local', 'ada', 'ada', null, '[]', '[]', null, 'enabled', 0)`
const KEYS = `INSERT INTO signing_keys VALUES ('k2', 'ES256', 'next', 'p', '{}', 0, null, null),
  ('k1', 'ES256', 'next', 'p', '{}', 0, null, null)`
const CHAIN = `INSERT INTO audit_links VALUES (1, 'evt_1', '{}', 'k', 'm'), (2, 'evt_2', '{}', 'k', 'm');
  INSERT INTO checkpoints VALUES (2, 'm', 0, 'k', 's')`

const ENROLMENT = `INSERT INTO enrolments VALUES
  ('${app}', '${account}', 'totp', 'import', 's', 160, 'sha1', 6, 30, 0)`
const USED = `INSERT INTO consumed VALUES ('${app}', 1, null)`
const STEP_UP = `INSERT INTO step_ups VALUES
  ('stp_a', 1, 't', '${account}', 'b', 'expired', 0, '{}')`
const GUESSED = `INSERT INTO counters VALUES ('${account}', 'bypass-code', 'signed', 1, '{"signed": [1, null]}')`
const FAILED = `INSERT INTO counters VALUES ('${account}', 'email', 'signed', 1, '{"signed": [1, null]}')`
const CODE = `INSERT INTO operator_codes VALUES
  ('${account}', 'bypass-code', 'opc_a', 'k', 'h', 0, 'system', 1, 0, null)`

async function spend({ stepUps }: Store): Promise<void> {
  const factor = 'bypass-code'
  const next = challengedSample(sampler, { account, factor })
  await stepUps.open(next, [], null, NOON)
  const counter = { account, factor, lane: 'signed' } as const
  const rule = { every: 10, cap: 50, own: 10, seconds: [900] }
  const spent = await stepUps.spend({ version: 1, next, events: [] }, counter, rule, NOON)
  assert.equal(spent.heard, 'spent')
}

async function settle({ stepUps }: Store): Promise<void> {
  const next = challengedSample(sampler, { account, factor: 'email' })
  await stepUps.open(next, [], null, NOON)
  const counter = { account, factor: 'email', lane: 'signed' } as const
  const consumption = { source: next.challenge, part: 0 }
  const judged = { verdict: 'accepted', enrolledBy: 'operator', consumption } as const
  assert.equal(
    await stepUps.settle({ version: 1, next, events: [] }, counter, judged, null),
    'settled',
  )
}

/** In a step-up of their own, which is not looked at here. */
async function removeApp({ stepUps }: Store): Promise<void> {
  const next = challengedSample(sampler, { account })
  await stepUps.open(next, [], null, NOON)
  const of = { account, enrolment: app, instead: null, at: NOON }
  assert.equal(await stepUps.removeApp({ version: 1, next, events: [] }, of), 'removed')
}

const tally = 'counters WHERE factor || class = $1'
const sends = 'send_budgets WHERE lane = $1'
const codes = 'operator_codes WHERE id = $1'
const remove = ({ people }: Store) => people.remove(account, [], BY)
const unlock = ({ people }: Store) => people.unlock(account, null, LIMITS, NOON, [])
const rotated: SigningKey = {
  ...({ kid: 'k1', alg: 'ES256', state: 'next', publicJwk: '{}', madeAt: NOON } as const),
  ...{ privateKey: new Secret('pem'), activatedAt: null, retiredAt: later(NOON, 1) },
}

const WAITING: Readonly<Record<string, Waiting>> = {
  'takes away tallies in the order in which they are unlocked': {
    ...{ fill: `${PERSON}; ${TALLIES}`, act: remove },
    ...{ first: [tally, 'emailsigned'], later: [tally, 'totpunsigned'] },
  },
  'takes away send budgets in the order in which they are unlocked': {
    ...{ fill: `${PERSON}; ${SENDS}`, act: remove },
    ...{ first: [sends, 'signed'], later: [sends, 'unsigned'] },
  },
  'takes away tallies before send budgets': {
    ...{ fill: `${PERSON}; ${TALLIES}; ${SENDS}`, act: remove },
    ...{ first: [tally, 'emailsigned'], later: [sends, 'signed'] },
  },
  'unlocks tallies in their order, and before send budgets': {
    ...{ fill: `${TALLIES}; ${SENDS}`, act: unlock },
    ...{ first: [tally, 'emailsigned'], later: [sends, 'signed'] },
  },
  'ends a count before the send budget that goes with it': {
    ...{ fill: `${PERSON}; ${FAILED}; ${SENDS}`, act: settle },
    ...{ first: [tally, 'emailsigned'], later: [sends, 'signed'] },
  },
  'holds step-ups before it takes away enrolments': {
    ...{ fill: `${PERSON}; ${STEP_UP}; ${ENROLMENT}`, act: remove },
    first: ['step_ups WHERE id = $1', 'stp_a'],
    later: ['enrolments WHERE id = $1', app],
  },
  'takes away codes of operators before enrolments': {
    ...{ fill: `${PERSON}; ${CODE}; ${ENROLMENT}`, act: remove },
    ...{ first: [codes, 'opc_a'], later: ['enrolments WHERE id = $1', app] },
  },
  'counts an answer of a code before it counts it of the account': {
    ...{ fill: `${PERSON}; ${CODE}; ${GUESSED}`, act: spend },
    ...{ first: [codes, 'opc_a'], later: [tally, 'bypass-codesigned'] },
  },
  'takes away enrolments before what they used up': {
    ...{ fill: `${PERSON}; ${ENROLMENT}; ${USED}`, act: remove },
    first: ['enrolments WHERE id = $1', app],
    later: ['consumed WHERE source = $1', app],
  },
  'takes away what was used up before tallies': {
    ...{ fill: `${PERSON}; ${ENROLMENT}; ${USED}; ${TALLIES}`, act: remove },
    ...{ first: ['consumed WHERE source = $1', app], later: [tally, 'emailsigned'] },
  },
  'holds step-ups before it takes away one of several apps': {
    ...{ fill: `${PERSON}; ${STEP_UP}; ${ENROLMENT}`, act: removeApp },
    first: ['step_ups WHERE id = $1', 'stp_a'],
    later: ['enrolments WHERE id = $1', app],
  },
  'takes away one of several apps before what was used of it': {
    ...{ fill: `${PERSON}; ${ENROLMENT}; ${USED}`, act: removeApp },
    first: ['enrolments WHERE id = $1', app],
    later: ['consumed WHERE source = $1', app],
  },
  'replaces signing keys in the order in which they are resealed': {
    fill: KEYS,
    act: ({ signingKeys }) =>
      signingKeys.replaceSet([{ ...rotated, kid: 'k2' }, rotated], [rotated], []),
    ...{
      first: ['signing_keys WHERE kid = $1', 'k1'],
      later: ['signing_keys WHERE kid = $1', 'k2'],
    },
  },
  'prunes from the oldest link on': {
    ...{ fill: CHAIN, act: ({ audit }) => audit.prune(2, 's') },
    first: ['audit_links WHERE sequence = $1', '1'],
    later: ['checkpoints WHERE sequence = $1', '2'],
  },
}

/** Of two who hold each what the other needs the server ends one. So whoever waits for the first row holds none of the others. */
describe('a change on postgres that has to wait', needs('postgresql'), () => {
  for (const [what, { fill, first, act, later: rest }] of Object.entries(WAITING))
    test(what, async () => {
      await using bench = await open()
      await bench.database.query(fill)
      // The role that serves may not lock a link without taking it away.
      const other = { ...bench.database, settings: bench.database.owner }
      let acted: Promise<unknown> | undefined
      {
        await using _first = await holdRow(other, ...first)
        acted = act(bench.store)
        // Heard of below, whatever it is.
        acted.catch(() => {})
        await untilWaiting(bench.database, 1)
        await using _later = await holdRow(other, ...rest)
      }
      await acted
      assert.equal(bench.store.stats()?.retries['deadlock'], 0)
    })
})

async function open() {
  await using opening = new AsyncDisposableStack()
  const database: TestDatabase = opening.use(await (await sharedPostgres()).database())
  const store = opening.use(
    await openPostgresStore({
      ...({ settings: database.settings, migrate: 'manual', stopwatch: STOPWATCH } as const),
      ...{ keys: createTestKeys(), random: createSeededRandom('lock order') },
      ...{ clock: createFakeClock(), heard: () => {} },
    }),
  )
  const made = opening.move()
  return { database, store, [Symbol.asyncDispose]: () => made.disposeAsync() }
}
