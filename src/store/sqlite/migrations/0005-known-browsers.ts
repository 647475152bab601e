import type { Migration } from '../../migration.ts'

/** In which browsers an account completed a factor, and when last. */
export const knownBrowsers: Migration = {
  version: 5,
  name: 'known-browsers',
  compatibleFrom: 1,
  sql: `
    CREATE TABLE known_browsers (
      account TEXT NOT NULL,
      browser TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (account, browser)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX known_browsers_by_age ON known_browsers (at);
  `,
}
