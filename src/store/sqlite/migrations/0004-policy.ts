import type { Migration } from '../../migration.ts'

/**
 * What operators change at run time: one document for all, of which the single row counts every change, and what holds for
 * one person alone.
 */
export const policy: Migration = {
  version: 4,
  name: 'policy',
  compatibleFrom: 1,
  sql: `
    CREATE TABLE policy (
      id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
      version INTEGER NOT NULL,
      document TEXT,
      applied_at INTEGER
    ) STRICT;

    CREATE TABLE person_settings (
      account TEXT NOT NULL PRIMARY KEY,
      settings TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
}
