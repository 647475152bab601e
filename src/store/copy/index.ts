/**
 * How everything moves from one store to another, whatever engine either is on: rows in a form of their own, in batches,
 * with how far it came kept beside them. A door of its own, since nothing that serves needs it. It knows no more of a row
 * than its columns and its key, opens nothing that is sealed, and never changes where rows come from.
 */
export { type CopyAnswer, type CopyProgress, copyStore } from './copy.ts'
export { openPostgresSource, openPostgresTarget } from './postgres.ts'
export type { Source, Target } from './side.ts'
export { openSqliteSource, openSqliteTarget } from './sqlite.ts'
