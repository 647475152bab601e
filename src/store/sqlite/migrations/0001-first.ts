import type { Migration } from '../../migration.ts'

/**
 * Tables of short rows keep them in the key's own tree (WITHOUT ROWID); where a row holds JSON a tree of its own is
 * cheaper. STRICT, since what a row holds is believed by type. Events have no index but their order: their ids are random,
 * and an index of them would cost each event a page of its own to write.
 */
export const first: Migration = {
  version: 1,
  name: 'first',
  compatibleFrom: 1,
  sql: `
    CREATE TABLE step_ups (
      id TEXT NOT NULL PRIMARY KEY,
      version INTEGER NOT NULL,
      account TEXT,
      browser TEXT NOT NULL,
      state TEXT NOT NULL,
      expires_at INTEGER NOT NULL,
      value TEXT NOT NULL
    ) STRICT;
    CREATE INDEX step_ups_by_expiry ON step_ups (expires_at);
    CREATE INDEX step_ups_by_account ON step_ups (account);

    CREATE TABLE counters (
      account TEXT NOT NULL,
      factor TEXT NOT NULL,
      lane TEXT NOT NULL,
      failures INTEGER NOT NULL,
      locked_until INTEGER,
      PRIMARY KEY (account, factor, lane)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE consumed (
      source TEXT NOT NULL PRIMARY KEY,
      part INTEGER NOT NULL,
      expires_at INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX consumed_by_expiry ON consumed (expires_at) WHERE expires_at IS NOT NULL;

    CREATE TABLE send_budgets (
      account TEXT NOT NULL,
      channel TEXT NOT NULL,
      lane TEXT NOT NULL,
      window_started_at INTEGER NOT NULL,
      sends INTEGER NOT NULL,
      next_at INTEGER NOT NULL,
      PRIMARY KEY (account, channel, lane)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX send_budgets_by_window ON send_budgets (window_started_at);

    CREATE TABLE enrolments (
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
      UNIQUE (account, factor)
    ) STRICT;

    CREATE TABLE requests (
      uri_hash TEXT NOT NULL PRIMARY KEY,
      step_up TEXT NOT NULL UNIQUE,
      client TEXT NOT NULL,
      nonce TEXT,
      redirect_uri TEXT NOT NULL,
      code_challenge TEXT NOT NULL,
      open_by INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      value TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX requests_by_nonce ON requests (client, nonce) WHERE nonce IS NOT NULL;
    CREATE INDEX requests_by_expiry ON requests (expires_at);

    CREATE TABLE client_assertions (
      client TEXT NOT NULL,
      jti TEXT NOT NULL,
      expires_at INTEGER NOT NULL,
      PRIMARY KEY (client, jti)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX client_assertions_by_expiry ON client_assertions (expires_at);

    CREATE TABLE authorization_codes (
      hash TEXT NOT NULL PRIMARY KEY,
      step_up TEXT NOT NULL UNIQUE,
      issued_at INTEGER NOT NULL,
      redeemed_at INTEGER,
      token_hash TEXT,
      token_expires_at INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX authorization_codes_by_token ON authorization_codes (token_hash)
      WHERE token_hash IS NOT NULL;

    CREATE TABLE accounts (
      account TEXT NOT NULL PRIMARY KEY,
      directory TEXT NOT NULL,
      immutable_id TEXT NOT NULL,
      gone_at INTEGER,
      UNIQUE (directory, immutable_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX accounts_by_gone ON accounts (gone_at) WHERE gone_at IS NOT NULL;

    CREATE TABLE people (
      account TEXT NOT NULL PRIMARY KEY,
      directory TEXT NOT NULL,
      username TEXT NOT NULL,
      name_key TEXT NOT NULL,
      display_name TEXT,
      emails TEXT NOT NULL,
      phones TEXT NOT NULL,
      locale TEXT,
      state TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      UNIQUE (directory, name_key)
    ) STRICT;

    CREATE TABLE signing_keys (
      kid TEXT NOT NULL PRIMARY KEY,
      alg TEXT NOT NULL,
      state TEXT NOT NULL,
      private_key TEXT NOT NULL,
      public_jwk TEXT NOT NULL,
      made_at INTEGER NOT NULL,
      activated_at INTEGER,
      retired_at INTEGER
    ) STRICT;

    CREATE TABLE audit_events (
      position INTEGER NOT NULL PRIMARY KEY,
      id TEXT NOT NULL,
      event TEXT NOT NULL
    ) STRICT;

    CREATE TABLE audit_links (
      sequence INTEGER NOT NULL PRIMARY KEY,
      position INTEGER NOT NULL UNIQUE,
      key_id TEXT NOT NULL,
      mac TEXT NOT NULL
    ) STRICT;

    CREATE TABLE checkpoints (
      sequence INTEGER NOT NULL PRIMARY KEY,
      mac TEXT NOT NULL,
      at INTEGER NOT NULL,
      key_id TEXT NOT NULL,
      signature TEXT NOT NULL
    ) STRICT;

    CREATE TABLE key_checks (
      key_id TEXT NOT NULL PRIMARY KEY,
      mac TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE leases (
      name TEXT NOT NULL PRIMARY KEY,
      holder TEXT NOT NULL,
      until INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE store_copies (
      name TEXT NOT NULL PRIMARY KEY,
      source TEXT NOT NULL,
      progress TEXT NOT NULL,
      finished_at INTEGER
    ) STRICT, WITHOUT ROWID;
  `,
}
