import Sqlite from 'better-sqlite3'
import type { KeyRing } from '../../kernel/index.ts'
import { judgeMarks, type Mark, neededKey, newestMark, sealedBy } from '../check-keys.ts'
import { asFault } from './faults.ts'

const BUSY_MS = 10_000
/** What is sealed for longer than a step-up lives, and where. */
const SEALED = [
  'SELECT 1 FROM signing_keys WHERE private_key >= @from AND private_key < @to LIMIT 1',
  'SELECT 1 FROM enrolments WHERE secret >= @from AND secret < @to LIMIT 1',
]

/** Holds the keys to the marks that this database has of them. */
export function checkKeysSqlite(file: string, keys: KeyRing): void {
  try {
    const db = new Sqlite(file, { fileMustExist: true, timeout: BUSY_MS })
    try {
      check(db, keys)
    } finally {
      db.close()
    }
  } catch (cause) {
    throw asFault(cause, `cannot open ${file}`)
  }
}

function check(db: Sqlite.Database, keys: KeyRing): void {
  const marks = db.prepare<[], Mark>('SELECT key_id, mac FROM key_checks').all()
  const { missing, isNew } = judgeMarks(keys, marks)
  for (const id of missing) if (seals(db, id)) throw neededKey(id)
  if (!isNew) return
  db.prepare('INSERT INTO key_checks VALUES (@key_id, @mac) ON CONFLICT DO NOTHING').run(
    newestMark(keys),
  )
  // Whoever came first with another key under this id is right.
  check(db, keys)
}

/** `/` comes right after the dot that ends the id. */
function seals(db: Sqlite.Database, id: string): boolean {
  const between = { from: sealedBy(id), to: sealedBy(id).replace(/\.$/, '/') }
  return SEALED.some((sql) => db.prepare(sql).get(between) !== undefined)
}
