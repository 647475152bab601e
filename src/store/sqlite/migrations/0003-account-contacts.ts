import type { Migration } from '../../migration.ts'

/**
 * What an operator added to the contacts of a person who is kept elsewhere, and when that person was last known to be there.
 * The index is of those alone: people of our own store, whose id is the account itself, cost nothing more.
 */
export const accountContacts: Migration = {
  version: 3,
  name: 'account-contacts',
  compatibleFrom: 1,
  sql: `
    ALTER TABLE accounts ADD COLUMN emails TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE accounts ADD COLUMN phones TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE accounts ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX accounts_by_seen ON accounts (directory, seen_at, account)
      WHERE gone_at IS NULL AND immutable_id <> account;
  `,
}
