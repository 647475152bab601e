import {
  type Clock,
  createUnderWay,
  Fault,
  invariant,
  type Random,
  type Stopwatch,
} from '../../kernel/index.ts'
import type { Query } from './connection.ts'
import { NO_RETRIES } from './faults.ts'
import { createLending } from './lending.ts'
import type { Link, Watched, Written } from './link.ts'
import { createRetrying, type Operation } from './retrying.ts'
import type { PostgresSettings } from './settings.ts'
import { type Statement, statement, type Values, valuesOf } from './statements.ts'
import { transaction } from './transaction.ts'
import { createTurns } from './turns.ts'

export type LinkOptions = {
  readonly random: Random
  readonly clock: Clock
  readonly stopwatch: Stopwatch
  /** Hears what happened to a connection that nobody was using. */
  readonly onFault?: (why: unknown) => void
}

const CLOCK = statement<{ readonly ms: number }>(
  'clock',
  'select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as ms',
)

/** Connects when it is first asked: a database that is not there yet is one more fault inside the deadline. */
export function openLink(settings: PostgresSettings, options: LinkOptions): Link & Watched {
  const { random, clock, stopwatch, onFault = () => {} } = options
  const retries = { ...NO_RETRIES }
  const { connectionsMax, waitingMax } = settings.pool
  const turns = createTurns(connectionsMax, waitingMax)
  const turnsAside = createTurns(1, waitingMax)
  const lending = createLending(settings, { stopwatch, onFault })
  const { persevere } = createRetrying({
    ...{ settings, lending, stopwatch, random },
    retried(kind) {
      retries[kind] += 1
    },
  })
  const underWay = createUnderWay()
  let isClosed = false

  async function perform<T>(operation: Operation<T>, among = turns): Promise<T> {
    if (isClosed) throw new Fault('store.unavailable', 'the link to the database is closed')
    return underWay.during(persevere(operation, among))
  }

  const queryOf = (asked: Statement<unknown>, values: Values): Query => ({
    ...(settings.prepared && { name: asked.name }),
    text: asked.text,
    values: valuesOf(asked, values),
  })

  function writing<Row>(asked: Statement<Row>, values: Values): Operation<Written<Row>> {
    let again = false
    return {
      name: asked.name,
      async attempt(ask) {
        const { rows } = await ask<Row>(queryOf(asked, { ...values, again }))
        return { rows, again }
      },
      lost() {
        again = true
        return 'perhaps-done'
      },
    }
  }

  return {
    async read<Row>(asked: Statement<Row>, values: Values) {
      const query = queryOf(asked, { ...values, again: false })
      return await perform({
        name: asked.name,
        attempt: async (ask) => (await ask<Row>(query)).rows,
        lost: () => 'nothing-done',
      })
    },

    write: (asked, values) => perform(writing(asked, values)),
    writeAside: (asked, values) => perform(writing(asked, values), turnsAside),

    async transact(work) {
      let isCommitting = false
      return await perform({
        name: 'transact',
        async attempt(ask) {
          isCommitting = false
          const done = await transaction(ask, settings, work)
          isCommitting = true
          const { command } = await ask({ text: 'commit' })
          invariant(command === 'COMMIT', 'what was not refused is committed')
          return done
        },
        lost: () => (isCommitting ? 'give-up' : 'nothing-done'),
      })
    },

    stats: () => ({
      ...{ inUse: lending.lent, idle: lending.idle, waiting: turns.waiting },
      retries: { ...retries },
    }),

    async clock() {
      return await perform({
        name: CLOCK.name,
        async attempt(ask) {
          const asked = { at: stopwatch.seconds(), now: clock.now() }
          const { rows } = await ask<{ readonly ms: number }>(queryOf(CLOCK, {}))
          const roundTripMs = (stopwatch.seconds() - asked.at) * 1000
          const [row] = rows
          invariant(row !== undefined, 'the server tells its time')
          return { offsetMs: row.ms - asked.now - roundTripMs / 2, roundTripMs }
        },
        lost: () => 'nothing-done',
      })
    },

    async [Symbol.asyncDispose]() {
      isClosed = true
      await underWay.ended()
      await lending[Symbol.asyncDispose]()
    },
  }
}
