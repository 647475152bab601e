import type { Migration } from '../../migration.ts'

/** Codes that operators hand out, as MACs: one of a kind for an account. */
export const operatorCodes: Migration = {
  version: 8,
  name: 'operator-codes',
  compatibleFrom: 1,
  sql: `
    CREATE TABLE operator_codes (
      account text COLLATE "C" NOT NULL,
      kind text COLLATE "C" NOT NULL,
      id text COLLATE "C" NOT NULL,
      key_id text COLLATE "C" NOT NULL,
      hash text COLLATE "C" NOT NULL,
      made_at bigint NOT NULL,
      made_by text COLLATE "C" NOT NULL,
      expires_at bigint NOT NULL,
      answers integer NOT NULL,
      holder text COLLATE "C",
      PRIMARY KEY (account, kind)
    );
    CREATE INDEX operator_codes_by_age ON operator_codes (expires_at);
  `,
}
