import type { Migration } from '../../migration.ts'

/**
 * Several OTP apps of one account, each at a place of its own. A release that knows of one alone would take whichever it
 * finds first, so none of those runs on this schema. What is under way says from here on which one it asks for.
 */
export const severalApps: Migration = {
  version: 10,
  name: 'several-apps',
  compatibleFrom: 10,
  sql: `
    UPDATE step_ups SET value = replace(value, '"app":{"digits"', '"app":{"enrolment":"' || coalesce(
        (SELECT id FROM enrolments WHERE enrolments.account = step_ups.account AND factor = 'totp'),
        'enr_0000000000000000000000') || '","digits"')
      WHERE value LIKE '%"app":{"digits"%';
    ALTER TABLE enrolments ADD COLUMN name text;
    ALTER TABLE enrolments ADD COLUMN place integer NOT NULL DEFAULT 1;
    ALTER TABLE enrolments ADD CONSTRAINT enrolments_account_factor_place_key UNIQUE (account, factor, place);
    ALTER TABLE enrolments DROP CONSTRAINT enrolments_account_factor_key;
  `,
}
