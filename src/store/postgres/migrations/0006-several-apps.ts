import type { Migration } from '../../migration.ts'

/**
 * Several OTP apps of one account, each at a place of its own. A release that knows of one alone would take whichever it
 * finds first, so none of those runs on this schema.
 */
export const severalApps: Migration = {
  version: 6,
  name: 'several-apps',
  compatibleFrom: 6,
  sql: `
    ALTER TABLE enrolments ADD COLUMN name text;
    ALTER TABLE enrolments ADD COLUMN place integer NOT NULL DEFAULT 1;
    ALTER TABLE enrolments ADD CONSTRAINT enrolments_account_factor_place_key UNIQUE (account, factor, place);
    ALTER TABLE enrolments DROP CONSTRAINT enrolments_account_factor_key;
  `,
}
