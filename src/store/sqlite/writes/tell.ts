import type { Database } from 'better-sqlite3'
import type { Told } from '../operations.ts'
import { columns, prepare, type Query } from '../statements.ts'

export type Tell = (told: readonly Told[]) => void

/** Keeps events in the transaction of what they are about. `position` is left to the table: the next in order. */
export function createTell(db: Database, query: Query): Tell {
  const insert = prepare(db, query.insertInto('audit_events').values(columns('id', 'event')))
  return (told) => {
    for (const one of told) insert.run(one)
  }
}
