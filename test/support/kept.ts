import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { TestApp } from './app.ts'

/** How many rows each table holds: what a request left behind, if anything. */
export function rowsIn(app: TestApp): Readonly<Record<string, number>> {
  const db = new Database(join(app.folder, 'sallyport.db'), { readonly: true })
  try {
    const tables = db
      .prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")
      .all()
    return Object.fromEntries(
      tables.map(({ name }) => [
        name,
        db.prepare<[], { n: number }>(`SELECT count(*) AS n FROM "${name}"`).get()?.n ?? 0,
      ]),
    )
  } finally {
    db.close()
  }
}

/** All that is kept of one step-up, as text. */
export function keptOf(app: TestApp, stepUp: string): string {
  const db = new Database(join(app.folder, 'sallyport.db'), { readonly: true })
  try {
    return JSON.stringify(db.prepare('SELECT * FROM step_ups WHERE id = ?').all(stepUp))
  } finally {
    db.close()
  }
}
