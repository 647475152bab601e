import type { Migration } from '../../migration.ts'

/** What the directory of an account calls its person. One index, small: people of our own have no name here. */
export const accountNames: Migration = {
  version: 2,
  name: 'account-names',
  compatibleFrom: 1,
  sql: `
    ALTER TABLE accounts ADD COLUMN name_key text COLLATE "C";
    CREATE INDEX accounts_by_name ON accounts (directory, name_key) WHERE name_key IS NOT NULL;
  `,
}
