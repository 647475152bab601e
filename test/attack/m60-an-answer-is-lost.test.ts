import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { findByName } from '../../src/store/postgres/statements/people.ts'
import * as requests from '../../src/store/postgres/statements/requests.ts'
import * as stepUps from '../../src/store/postgres/statements/step-ups.ts'
import type { Statement } from '../../src/store/postgres/statements.ts'
import { openApp } from '../support/app.ts'
import { judgements, ONLY_EMAIL } from '../support/attack.ts'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import { needs } from '../support/needs.ts'
import { pass } from '../support/passage.ts'
import { type PgBouncer, startPgBouncer } from '../support/pgbouncer.ts'
import { sharedPostgres } from '../support/postgres.ts'
import { openOnPostgres, type TestStore } from '../support/test-store.ts'

type Statements = readonly Statement<unknown>[]

/** What one step-up by email asks of the database: what changes something, and what only looks. */
const WRITES: Statements = [
  ...[requests.pushOnce, stepUps.openClaiming, stepUps.replace, stepUps.spend],
  ...[stepUps.settle, requests.issue, requests.redeemOnce],
]
const READS: Statements = [
  ...[requests.findPushed, requests.find, findByName, stepUps.standing, stepUps.find],
]

/** Each happens once, however often the database was asked. */
const ONCE = [
  ...['step-up.opened', 'step-up.challenged', 'code.sent', 'answer.spent', 'answer.judged'],
  ...['step-up.satisfied', 'authorization-code.issued', 'authorization-code.redeemed'],
]

/** The bytes of a question. A name ends with a zero; what has none is told by its text, which stands between two. */
const asPrepared = ({ name }: Statement<unknown>) => `${name}\0`
const asText = ({ text }: Statement<unknown>) => `\0${text}\0`

type Line = { readonly proxy: FaultProxy; readonly kept: TestStore }

function losesNothing(
  statements: Statements,
  open: () => Promise<Line>,
  asked: typeof asText,
): void {
  for (const statement of statements)
    for (const what of ['question', 'answer'] as const)
      test(`is asked again, and nobody notices: the ${what} of ${statement.name} is lost`, async () => {
        const { proxy: opened, kept } = await open()
        await using proxy = opened
        await using app = await openApp({ ...ONLY_EMAIL, kept })
        let isLost = false
        const lost = proxy.lose({ of: asked(statement), what, then: 'cut' })
        void lost.then(() => {
          isLost = true
        })
        await pass(app)

        assert.ok(isLost, 'it has to be asked, and its connection to go')
        assert.equal(app.mailbox.mails.length, 1)
        assert.equal(await judgements(app, 'accepted'), 1)
        const events = (await app.events()).map(({ event }) => event)
        for (const once of ONCE)
          assert.equal(events.filter((event) => event === once).length, 1, once)
        const [tallies] = await app.kept.query<{ n: string }>(
          'SELECT coalesce(sum(total), 0) AS n FROM counters',
        )
        assert.equal(Number(tallies?.n), 0)
        const codes = await app.kept.query('SELECT 1 FROM authorization_codes')
        assert.equal(codes.length, 1)
        app.clock.advance(31)
        await pass(app)
      })
}

async function server() {
  const [host] = (await sharedPostgres()).address.hosts
  assert.ok(host !== undefined)
  return host
}

describe('M60 a database whose connection goes', needs('postgresql'), () => {
  const open = async () => {
    const proxy = await startFaultProxy(await server())
    return { proxy, kept: await openOnPostgres({ hosts: [proxy] }) }
  }
  losesNothing([...WRITES, ...READS], open, asPrepared)
})

describe('a pooler whose connection goes', needs('postgresql', 'pgbouncer'), () => {
  let pooler: PgBouncer | undefined
  before(async () => {
    pooler = await startPgBouncer(await server())
  })
  after(() => pooler?.[Symbol.asyncDispose]())

  const open = async () => {
    assert.ok(pooler !== undefined)
    const proxy = await startFaultProxy({ host: '127.0.0.1', port: pooler.port })
    return { proxy, kept: await openOnPostgres({ hosts: [proxy], prepared: false }) }
  }
  losesNothing(WRITES, open, asText)
})

/** Then the pooler is told, and tells us so in words of its own. */
describe('a database whose connection to the pooler goes', needs('postgresql', 'pgbouncer'), () => {
  let opened: { readonly proxy: FaultProxy; readonly pooler: PgBouncer } | undefined
  before(async () => {
    const proxy = await startFaultProxy(await server())
    opened = { proxy, pooler: await startPgBouncer(proxy) }
  })
  after(async () => {
    await opened?.pooler[Symbol.asyncDispose]()
    await opened?.proxy[Symbol.asyncDispose]()
  })

  const open = async () => {
    assert.ok(opened !== undefined)
    const { proxy, pooler } = opened
    const hosts = [{ host: '127.0.0.1', port: pooler.port }]
    // It stays for the others.
    const lent = { ...proxy, [Symbol.asyncDispose]: async () => {} }
    return { proxy: lent, kept: await openOnPostgres({ hosts, prepared: false }) }
  }
  losesNothing(WRITES, open, asText)
})
