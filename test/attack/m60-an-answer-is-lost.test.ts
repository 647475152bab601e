import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp } from '../support/app.ts'
import { judgements, ONLY_EMAIL } from '../support/attack.ts'
import { startFaultProxy } from '../support/fault-proxy.ts'
import { needs } from '../support/needs.ts'
import { pass } from '../support/passage.ts'
import { sharedPostgres } from '../support/postgres.ts'
import { openOnPostgres } from '../support/test-store.ts'

/** What one step-up by email asks of the database, in turn. */
const STATEMENTS = [
  ...['request_push_once', 'request_find_pushed', 'request_find', 'person_by_name', 'standing'],
  ...['step_up_open_claiming', 'step_up_replace', 'step_up_find', 'step_up_spend'],
  ...['step_up_settle', 'code_issue', 'code_redeem_once'],
]

/** Each happens once, however often the database was asked. */
const ONCE = [
  ...['step-up.opened', 'step-up.challenged', 'code.sent', 'answer.spent', 'answer.judged'],
  ...['step-up.satisfied', 'authorization-code.issued', 'authorization-code.redeemed'],
]

const HERE = needs('postgresql')

describe('M60 a database whose connection goes', HERE, () => {
  for (const name of STATEMENTS)
    for (const what of ['question', 'answer'] as const)
      test(`is asked again, and nobody notices: the ${what} of ${name} is lost`, async () => {
        const [server] = (await sharedPostgres()).address.hosts
        assert.ok(server !== undefined)
        await using proxy = await startFaultProxy(server)
        const kept = await openOnPostgres([proxy])
        await using app = await openApp({ ...ONLY_EMAIL, kept })
        let isLost = false
        // A name ends with a zero, in what is prepared and in what is asked.
        const lost = proxy.lose({ of: `sallyport_${name}\0`, what, then: 'cut' })
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
})
