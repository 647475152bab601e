import type { Migration } from '../../migration.ts'

/** Factors that count again. What is of a device is the same in all rows of its series. */
export const trust: Migration = {
  version: 6,
  name: 'trust',
  compatibleFrom: 1,
  sql: `
    CREATE TABLE trust_grants (
      account text COLLATE "C" NOT NULL,
      id text COLLATE "C" NOT NULL,
      trust_group text NOT NULL,
      factor text NOT NULL,
      binding text NOT NULL,
      acr text NOT NULL,
      amr text NOT NULL,
      at bigint NOT NULL,
      expires_at bigint NOT NULL,
      contacts text NOT NULL,
      ip text,
      series text,
      generation integer,
      device_hash text,
      key_id text,
      device_before text,
      rotated_at bigint,
      rotated_ip text,
      PRIMARY KEY (account, id)
    );
    CREATE INDEX trust_grants_by_expiry ON trust_grants (expires_at);
  `,
}
