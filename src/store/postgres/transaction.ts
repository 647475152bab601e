import { invariant } from '../../kernel/index.ts'
import { timeOutsOf } from './connection.ts'
import { judge } from './faults.ts'
import type { Tx } from './link.ts'
import type { Asking } from './retrying.ts'
import type { PostgresSettings } from './settings.ts'
import { type Statement, type Values, valuesOf } from './statements.ts'

const BEGIN = 'begin isolation level read committed'

/** Behind a pooler the session is not ours, and what is set in it would be somebody else's. */
const beginOf = (settings: PostgresSettings): string =>
  settings.prepared
    ? BEGIN
    : [
        BEGIN,
        ...Object.entries(timeOutsOf(settings)).map(([name, ms]) => `set local ${name} = ${ms}`),
      ].join('; ')

/** All but its end: on return what `work` did waits for COMMIT. What is thrown is undone. */
export async function transaction<T>(
  ask: Asking,
  settings: PostgresSettings,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  let refused: unknown
  let isBusy = false
  let isOver = false

  const tx: Tx = {
    async run<Row>(asked: Statement<Row>, values: Values) {
      invariant(!isBusy && !isOver, `${asked.name} is asked in its turn, in its transaction`)
      isBusy = true
      try {
        const given = valuesOf(asked, { ...values, again: false })
        const named = settings.prepared ? { name: asked.name } : {}
        return (await ask<Row>({ ...named, text: asked.text, values: given })).rows
      } catch (error) {
        refused ??= error
        throw error
      } finally {
        isBusy = false
      }
    },
  }

  await ask({ text: beginOf(settings) })
  try {
    const done = await work(tx)
    // After a refusal the server takes nothing more, whatever `work` made of it.
    if (refused !== undefined) throw refused
    return done
  } catch (error) {
    // Where this fails too the connection ends, and the transaction with it.
    await ask({ text: 'rollback' }).catch(() => {})
    // What the world did is heard before what `work` says of it: it may only have to be asked again.
    throw refused !== undefined && judge(refused).is !== 'ours' ? refused : error
  } finally {
    isOver = true
  }
}
