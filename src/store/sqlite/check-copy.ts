import Sqlite from 'better-sqlite3'
import { refuseUnfinished, UNFINISHED } from '../unfinished.ts'
import { asFault } from './faults.ts'

const BUSY_MS = 10_000

/** Refuses a file that is still being made the copy of another store. */
export function checkCopySqlite(file: string): void {
  try {
    const db = new Sqlite(file, { fileMustExist: true, timeout: BUSY_MS })
    try {
      refuseUnfinished(db.prepare(UNFINISHED).all())
    } finally {
      db.close()
    }
  } catch (cause) {
    throw asFault(cause, `cannot open ${file}`)
  }
}
