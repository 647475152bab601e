import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import type { ChangeMessage } from '../operations.ts'
import { columns, given, prepare, type Query } from '../statements.ts'
import { createTell } from './tell.ts'

/** A step-up as it is to be, where it still is as it was seen, with its events. Its version is the new one: of all who saw the former exactly one comes through. */
export function createSwap(db: Database, query: Query): (change: ChangeMessage) => boolean {
  const tell = createTell(db, query)
  const replace = prepare(
    db,
    query
      .updateTable('step_ups')
      .set({ ...columns('version', 'account', 'state', 'expires_at', 'value') })
      .where('id', '=', given('id'))
      .where('version', '=', sql<number>`${given<number>('version')} - 1`),
  )
  return ({ row, told }) => {
    if (replace.run(row).changes === 0) return false
    tell(told)
    return true
  }
}
