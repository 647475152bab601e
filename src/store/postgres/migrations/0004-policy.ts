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
      id integer NOT NULL PRIMARY KEY CHECK (id = 1),
      version bigint NOT NULL,
      document text,
      applied_at bigint
    );

    CREATE TABLE person_settings (
      account text COLLATE "C" NOT NULL PRIMARY KEY,
      settings text NOT NULL
    );
  `,
}
