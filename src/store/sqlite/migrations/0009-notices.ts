import type { Migration } from '../../migration.ts'

/** What people are still to be told of, and what they were told of lately. */
export const notices: Migration = {
  version: 9,
  name: 'notices',
  compatibleFrom: 1,
  sql: `
    CREATE TABLE notices (
      id TEXT NOT NULL PRIMARY KEY,
      account TEXT NOT NULL,
      lane TEXT NOT NULL,
      kind TEXT NOT NULL,
      factor TEXT,
      at INTEGER NOT NULL,
      about TEXT NOT NULL,
      former TEXT NOT NULL,
      remaining TEXT,
      state TEXT NOT NULL,
      tries INTEGER NOT NULL,
      next_at INTEGER NOT NULL,
      told_at INTEGER
    ) STRICT;
    CREATE INDEX notices_waiting ON notices (next_at) WHERE state = 'waiting';
    CREATE INDEX notices_by_account ON notices (account, told_at);
    CREATE INDEX notices_by_age ON notices (at);
  `,
}
