import type { Migration } from '../../migration.ts'

/** Codes that operators hand out, as MACs: one of a kind for an account. */
export const operatorCodes: Migration = {
  version: 8,
  name: 'operator-codes',
  compatibleFrom: 1,
  sql: `
    CREATE TABLE operator_codes (
      account TEXT NOT NULL,
      kind TEXT NOT NULL,
      id TEXT NOT NULL,
      key_id TEXT NOT NULL,
      hash TEXT NOT NULL,
      made_at INTEGER NOT NULL,
      made_by TEXT NOT NULL,
      expires_at INTEGER NOT NULL,
      answers INTEGER NOT NULL,
      holder TEXT,
      PRIMARY KEY (account, kind)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX operator_codes_by_age ON operator_codes (expires_at);
  `,
}
