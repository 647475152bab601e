import type { Migration } from '../../migration.ts'

/** What a person completed last in each of their browsers, so that it is offered first. */
export const lastChoice: Migration = {
  version: 7,
  name: 'last-choice',
  compatibleFrom: 1,
  sql: `
    ALTER TABLE known_browsers ADD COLUMN factor text COLLATE "C";
    ALTER TABLE known_browsers ADD COLUMN destination text COLLATE "C";
  `,
}
