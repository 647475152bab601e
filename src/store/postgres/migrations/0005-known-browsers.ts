import type { Migration } from '../../migration.ts'

/** In which browsers an account completed a factor, and when last. */
export const knownBrowsers: Migration = {
  version: 5,
  name: 'known-browsers',
  compatibleFrom: 1,
  sql: `
    CREATE TABLE known_browsers (
      account text COLLATE "C" NOT NULL,
      browser text COLLATE "C" NOT NULL,
      at bigint NOT NULL,
      PRIMARY KEY (account, browser)
    );
    CREATE INDEX known_browsers_by_age ON known_browsers (at);
  `,
}
