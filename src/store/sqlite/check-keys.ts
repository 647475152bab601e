import Sqlite from 'better-sqlite3'
import { Fault, type KeyRing, macOf } from '../../kernel/index.ts'
import { asFault } from './faults.ts'

const BUSY_MS = 10_000
/** What is sealed for longer than a step-up lives, and where. */
const SEALED = [
  'SELECT 1 FROM signing_keys WHERE private_key >= @from AND private_key < @to LIMIT 1',
  'SELECT 1 FROM enrolments WHERE secret >= @from AND secret < @to LIMIT 1',
]

/**
 * Another key under a known id would open nothing and seal what nobody can ever open. So each key leaves a mark when it
 * becomes the newest, which no other key makes, and whoever opens the store is held to it.
 */
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
  const all = db.prepare<[], Mark>('SELECT key_id, mac FROM key_checks').all()
  for (const { key_id: id, mac } of all) {
    const ours = markOf(keys, id)
    if (ours !== undefined && ours !== mac)
      throw unfit(`encryption.keys '${id}' is not the key that this database was sealed with`)
    if (ours === undefined && seals(db, id))
      throw unfit(
        `encryption.keys has no '${id}', and this database holds what only that key opens: put it back as the last of the list`,
      )
  }
  const { activeId } = keys
  if (all.some(({ key_id }) => key_id === activeId)) return
  const mark = db.prepare('INSERT INTO key_checks VALUES (?, ?) ON CONFLICT DO NOTHING')
  mark.run(activeId, markOf(keys, activeId))
  // Whoever came first with another key under this id is right.
  check(db, keys)
}

type Mark = { readonly key_id: string; readonly mac: string }

const markOf = (keys: KeyRing, id: string) => macOf(keys, 'key-check', id, ['field key', id])

/** A sealed value begins with the id of its key; `/` comes right after the dot that ends it. */
function seals(db: Sqlite.Database, id: string): boolean {
  const between = { from: `v1.${id}.`, to: `v1.${id}/` }
  return SEALED.some((sql) => db.prepare(sql).get(between) !== undefined)
}

const unfit = (saying: string) => new Fault('configuration.unfit', saying)
