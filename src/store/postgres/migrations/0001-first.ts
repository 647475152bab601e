import type { Migration } from '../../migration.ts'

/**
 * What is written several times within seconds leaves room on its page for that (fillfactor), so that no index is touched
 * again. Keys compare byte by byte (COLLATE "C"). Nothing counts up: whoever shares these tables out over several machines
 * finds each row by its own id or its account.
 */
export const first: Migration = {
  version: 1,
  name: 'first',
  compatibleFrom: 1,
  sql: `
    CREATE TABLE step_ups (
      id text COLLATE "C" NOT NULL PRIMARY KEY,
      version integer NOT NULL,
      tag text NOT NULL,
      account text COLLATE "C",
      browser text NOT NULL,
      state text NOT NULL,
      expires_at bigint NOT NULL,
      value text NOT NULL
    ) WITH (fillfactor = 50);
    CREATE INDEX step_ups_by_expiry ON step_ups (expires_at);
    CREATE INDEX step_ups_by_account ON step_ups (account);

    CREATE TABLE counters (
      account text COLLATE "C" NOT NULL,
      factor text NOT NULL,
      class text NOT NULL,
      total integer NOT NULL,
      lanes jsonb NOT NULL,
      PRIMARY KEY (account, factor, class)
    ) WITH (fillfactor = 70);

    CREATE TABLE consumed (
      source text COLLATE "C" NOT NULL PRIMARY KEY,
      part bigint NOT NULL,
      expires_at bigint
    ) WITH (fillfactor = 70);
    CREATE INDEX consumed_by_expiry ON consumed (expires_at) WHERE expires_at IS NOT NULL;

    CREATE TABLE send_budgets (
      account text COLLATE "C" NOT NULL,
      channel text NOT NULL,
      lane text NOT NULL,
      window_started_at bigint NOT NULL,
      sends integer NOT NULL,
      next_at bigint NOT NULL,
      PRIMARY KEY (account, channel, lane)
    );
    CREATE INDEX send_budgets_by_window ON send_budgets (window_started_at);

    CREATE TABLE enrolments (
      id text COLLATE "C" NOT NULL PRIMARY KEY,
      account text COLLATE "C" NOT NULL,
      factor text NOT NULL,
      provenance text NOT NULL,
      secret text NOT NULL,
      secret_bits integer NOT NULL,
      algorithm text NOT NULL,
      digits integer NOT NULL,
      period_seconds integer NOT NULL,
      at bigint NOT NULL,
      UNIQUE (account, factor)
    );

    CREATE TABLE requests (
      uri_hash text COLLATE "C" NOT NULL PRIMARY KEY,
      step_up text COLLATE "C" NOT NULL UNIQUE,
      client text NOT NULL,
      nonce text,
      redirect_uri text NOT NULL,
      code_challenge text NOT NULL,
      open_by bigint NOT NULL,
      expires_at bigint NOT NULL,
      value text NOT NULL
    );
    CREATE UNIQUE INDEX requests_by_nonce ON requests (client, nonce) WHERE nonce IS NOT NULL;
    CREATE INDEX requests_by_expiry ON requests (expires_at);

    CREATE TABLE client_assertions (
      client text NOT NULL,
      jti text COLLATE "C" NOT NULL,
      expires_at bigint NOT NULL,
      tag text NOT NULL,
      PRIMARY KEY (client, jti)
    );
    CREATE INDEX client_assertions_by_expiry ON client_assertions (expires_at);

    CREATE TABLE authorization_codes (
      hash text COLLATE "C" NOT NULL PRIMARY KEY,
      step_up text COLLATE "C" NOT NULL UNIQUE,
      issued_at bigint NOT NULL,
      redeemed_at bigint,
      tag text,
      token_hash text COLLATE "C",
      token_expires_at bigint
    );
    CREATE UNIQUE INDEX authorization_codes_by_token ON authorization_codes (token_hash)
      WHERE token_hash IS NOT NULL;

    CREATE TABLE accounts (
      account text COLLATE "C" NOT NULL PRIMARY KEY,
      directory text NOT NULL,
      immutable_id text NOT NULL,
      gone_at bigint,
      UNIQUE (directory, immutable_id)
    );
    CREATE INDEX accounts_by_gone ON accounts (gone_at) WHERE gone_at IS NOT NULL;

    CREATE TABLE people (
      account text COLLATE "C" NOT NULL PRIMARY KEY,
      directory text NOT NULL,
      username text NOT NULL,
      name_key text COLLATE "C" NOT NULL,
      display_name text,
      emails text NOT NULL,
      phones text NOT NULL,
      locale text,
      state text NOT NULL,
      created_at bigint NOT NULL,
      UNIQUE (directory, name_key)
    );

    CREATE TABLE signing_keys (
      kid text COLLATE "C" NOT NULL PRIMARY KEY,
      alg text NOT NULL,
      state text NOT NULL,
      private_key text NOT NULL,
      public_jwk text NOT NULL,
      made_at bigint NOT NULL,
      activated_at bigint,
      retired_at bigint
    );

    CREATE TABLE audit_waiting (
      id text COLLATE "C" NOT NULL PRIMARY KEY,
      kept_at bigint NOT NULL DEFAULT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
      part integer NOT NULL,
      event text NOT NULL
    );
    CREATE INDEX audit_waiting_in_order ON audit_waiting (kept_at, part);

    CREATE TABLE audit_links (
      sequence bigint NOT NULL PRIMARY KEY,
      id text COLLATE "C" NOT NULL,
      event text NOT NULL,
      key_id text NOT NULL,
      mac text NOT NULL
    );

    CREATE TABLE checkpoints (
      sequence bigint NOT NULL PRIMARY KEY,
      mac text NOT NULL,
      at bigint NOT NULL,
      key_id text NOT NULL,
      signature text NOT NULL
    );

    CREATE TABLE key_checks (
      key_id text NOT NULL PRIMARY KEY,
      mac text NOT NULL
    );

    CREATE TABLE leases (
      name text NOT NULL PRIMARY KEY,
      holder text NOT NULL,
      until bigint NOT NULL
    );

    CREATE TABLE store_copies (
      name text NOT NULL PRIMARY KEY,
      source text NOT NULL,
      progress text NOT NULL,
      finished_at bigint
    );
  `,
}
