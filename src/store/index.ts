/**
 * Where everything is kept: SQLite, one file, one writer. It keeps the promises that the rooms wrote on their ports, and
 * the ends that only a store can keep: atomic, durable, sealed. It decides nothing: it knows no state machine, no protocol
 * and no time of its own, and no other room learns that SQL exists.
 */
export { migrateSqlite, planSqlite } from './sqlite/migrate.ts'
export { openSqliteStore, type SqliteOptions } from './sqlite/open.ts'
export { placeProblem } from './sqlite/place.ts'
export type { Store, StoreStats } from './store.ts'
