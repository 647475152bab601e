import { Fault } from '../../kernel/index.ts'

/** What the disk, the file or another process did to us. Anything else that SQLite reports is our own mistake. */
const WORLD =
  /^(?:SQLITE_(?:BUSY|LOCKED|FULL|CORRUPT|NOTADB|IOERR|CANTOPEN|READONLY|PROTOCOL|PERM|NOMEM|AUTH|NOLFS|INTERRUPT|SCHEMA)(?:_[A-Z_]+)?|E[A-Z]{2,})$/

export function isOfTheWorld(error: unknown): boolean {
  return error instanceof Error && 'code' in error && WORLD.test(String(error.code))
}

/** A Fault for what the world did, with its cause; a bug stays what it is. */
export function asFault(error: unknown, saying: string): unknown {
  if (!isOfTheWorld(error)) return error
  return new Fault('store.unavailable', saying, { cause: error })
}
