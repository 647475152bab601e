import type { Instant } from '../kernel/index.ts'
import type { SchemaVerdict } from './judge-schema.ts'

/**
 * Only adds, so that the release before this one runs on it; or says that none before it does, and the changelog with it. Never
 * edited once released.
 */
export type Migration = {
  readonly version: number
  readonly name: string
  /** The oldest schema whose release runs on this one as well. */
  readonly compatibleFrom: number
  /** Each statement ends with a `;` at the end of a line, and no line within one ends so. */
  readonly sql: string
}

export type Migrated = { readonly from: number; readonly to: number }

/** What would be done. `sql` is what would be run, ready for the engine's own command line; empty where nothing is missing. */
export type MigrationPlan = Migrated & { readonly sql: string }

/**
 * What brings a schema up to date, statement by statement: the same that a dry run prints. The last of each migration notes
 * that it was applied, so whoever runs them has to run all in one transaction.
 */
export function statementsOf(
  { missing }: Extract<SchemaVerdict, { verdict: 'behind' }>,
  versionsTable: string,
  now: Instant,
): readonly string[] {
  return [
    versionsTable,
    ...missing.flatMap(({ version, name, compatibleFrom, sql }) => [
      ...split(sql),
      `INSERT INTO schema_versions (version, name, compatible_from, applied_at)\nVALUES (${version}, '${name.replaceAll("'", "''")}', ${compatibleFrom}, ${now})`,
    ]),
  ]
}

/** For the engine's own command line. */
export const scriptOf = (statements: readonly string[]): string =>
  statements.map((sql) => `${sql};\n`).join('\n')

function split(sql: string): readonly string[] {
  const indent = /^\n?( *)/.exec(sql)?.[1] ?? ''
  return sql
    .replaceAll(`\n${indent}`, '\n')
    .split(/;[ \t]*(?:\n|$)/)
    .map((one) => one.trim())
    .filter((one) => one !== '')
}
