import type { Migration } from '../../migration.ts'

/** Factors that count again. What is of a device is the same in all rows of its series. */
export const trust: Migration = {
  version: 6,
  name: 'trust',
  compatibleFrom: 1,
  sql: `
    CREATE TABLE trust_grants (
      account TEXT NOT NULL,
      id TEXT NOT NULL,
      trust_group TEXT NOT NULL,
      factor TEXT NOT NULL,
      binding TEXT NOT NULL,
      acr TEXT NOT NULL,
      amr TEXT NOT NULL,
      at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      contacts TEXT NOT NULL,
      ip TEXT,
      series TEXT,
      generation INTEGER,
      device_hash TEXT,
      key_id TEXT,
      device_before TEXT,
      rotated_at INTEGER,
      rotated_ip TEXT,
      PRIMARY KEY (account, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX trust_grants_by_expiry ON trust_grants (expires_at);
  `,
}
