/**
 * The same promises on PostgreSQL, for any number of replicas. A door of its own, so that whoever keeps everything in SQLite
 * does not load it. Nothing that decides is kept in the process: a locked row or a unique index decides.
 */
export type { Link } from './link.ts'
export { migratePostgres, POSTGRES_SCHEMA, planPostgres } from './migrate.ts'
export { openPostgresStore, type PostgresOptions } from './open.ts'
export { type LinkOptions, openLink } from './open-link.ts'
export type { PostgresSettings } from './settings.ts'
export { statement } from './statements.ts'
