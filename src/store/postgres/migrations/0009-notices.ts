import type { Migration } from '../../migration.ts'

/** What people are still to be told of, and what they were told of lately. */
export const notices: Migration = {
  version: 9,
  name: 'notices',
  compatibleFrom: 1,
  sql: `
    CREATE TABLE notices (
      id text COLLATE "C" NOT NULL PRIMARY KEY,
      account text COLLATE "C" NOT NULL,
      lane text COLLATE "C" NOT NULL,
      kind text COLLATE "C" NOT NULL,
      factor text COLLATE "C",
      at bigint NOT NULL,
      about text NOT NULL,
      former text NOT NULL,
      remaining text,
      state text COLLATE "C" NOT NULL,
      tries integer NOT NULL,
      next_at bigint NOT NULL,
      told_at bigint
    );
    CREATE INDEX notices_waiting ON notices (next_at) WHERE state = 'waiting';
    CREATE INDEX notices_by_account ON notices (account, told_at);
    CREATE INDEX notices_by_age ON notices (at);
  `,
}
