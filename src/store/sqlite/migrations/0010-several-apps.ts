import type { Migration } from '../../migration.ts'

/**
 * Several OTP apps of one account, each at a place of its own. A release that knows of one alone would take whichever it
 * finds first, so none of those runs on this schema. What is under way says from here on which one it asks for. The table
 * is made anew, since SQLite takes no key of a table away.
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
    CREATE TABLE enrolments_by_place (
      id TEXT NOT NULL PRIMARY KEY,
      account TEXT NOT NULL,
      factor TEXT NOT NULL,
      provenance TEXT NOT NULL,
      secret TEXT NOT NULL,
      secret_bits INTEGER NOT NULL,
      algorithm TEXT NOT NULL,
      digits INTEGER NOT NULL,
      period_seconds INTEGER NOT NULL,
      at INTEGER NOT NULL,
      name TEXT,
      place INTEGER NOT NULL DEFAULT 1,
      UNIQUE (account, factor, place)
    ) STRICT;
    INSERT INTO enrolments_by_place (id, account, factor, provenance, secret, secret_bits, algorithm, digits, period_seconds, at)
      SELECT id, account, factor, provenance, secret, secret_bits, algorithm, digits, period_seconds, at FROM enrolments;
    DROP TABLE enrolments;
    ALTER TABLE enrolments_by_place RENAME TO enrolments;
  `,
}
