import type { Generated } from 'kysely'

/**
 * The tables, as both engines have them: ids are text, instants are integers in milliseconds, what is not asked for by
 * a condition is JSON in a text. No row on the path of a step-up is found by anything but its own id or its account.
 */
export type Schema = {
  schema_versions: { version: number; name: string; compatible_from: number; applied_at: number }
  step_ups: StepUpRow
  /** Wrong answers in a row. */
  counters: {
    account: string
    factor: string
    lane: string
    failures: number
    locked_until: number | null
  }
  /** In which an account completed a factor, by the hash of its cookie, when last, and by what. */
  known_browsers: {
    account: string
    browser: string
    at: number
    factor: string | null
    /** A hash of where its code was sent. */
    destination: string | null
  }
  operator_codes: OperatorCodeRow
  trust_grants: TrustGrantRow
  /** Nothing at or below `part` of `source` is good again. Those of challenges expire, those of enrolments never. */
  consumed: { source: string; part: number; expires_at: number | null }
  send_budgets: {
    account: string
    channel: string
    /** A class of lanes. */
    lane: string
    window_started_at: number
    sends: number
    next_at: number
  }
  notices: NoticeRow
  enrolments: EnrolmentRow
  requests: RequestRow
  client_assertions: { client: string; jti: string; expires_at: number }
  authorization_codes: {
    hash: string
    step_up: string
    issued_at: number
    redeemed_at: number | null
    token_hash: string | null
    token_expires_at: number | null
  }
  accounts: {
    account: string
    directory: string
    immutable_id: string
    /** Since when its person is there no more. */
    gone_at: number | null
    /** What its directory called the person last; null for people of our own, and where the name went to somebody else. */
    name_key: string | null
    /** What an operator added to the contacts of a person who is kept elsewhere. */
    emails: Generated<string>
    phones: Generated<string>
    /** When the directory last had that person, give or take a day. */
    seen_at: Generated<number>
  }
  people: PersonRow
  /** One row. `document` null: the configuration's holds. */
  policy: { id: number; version: number; document: string | null; applied_at: number | null }
  person_settings: { account: string; settings: string }
  signing_keys: SigningKeyRow
  /** `position` is the order of commits: whoever writes holds the one write lock while it is given out. */
  audit_events: { position: Generated<number>; id: string; event: string }
  audit_links: { sequence: number; position: number; key_id: string; mac: string }
  checkpoints: { sequence: number; mac: string; at: number; key_id: string; signature: string }
  /** What only the key of that id makes, from its first use on. */
  key_checks: { key_id: string; mac: string }
  leases: { name: string; holder: string; until: number }
  /** How far this store has come as the copy of another one, from which to go on; until it is finished it serves nobody. */
  store_copies: { name: string; source: string; progress: string; finished_at: number | null }
}

/** Of an account whose person is kept elsewhere. */
export type AccountRow = {
  account: string
  name_key: string | null
  emails: string
  phones: string
  seen_at: number
  gone_at: number | null
}

export type StepUpRow = {
  id: string
  version: number
  account: string | null
  browser: string
  state: string
  expires_at: number
  value: string
}

/** What a person is to be told of; `id` is of what caused it. */
export type NoticeRow = {
  id: string
  account: string
  /** A class of lanes, `proven` or `operator`. */
  lane: string
  kind: string
  factor: string | null
  at: number
  about: string
  /** Addresses and numbers of before a change. */
  former: string
  /** Those that are still to be told; null before the first try. */
  remaining: string | null
  state: string
  tries: number
  next_at: number
  told_at: number | null
}

export type EnrolmentRow = {
  id: string
  account: string
  factor: string
  provenance: string
  /** Sealed. */
  secret: string
  secret_bits: number
  algorithm: string
  digits: number
  period_seconds: number
  at: number
  /** Null: it is called by its place. */
  name: string | null
  /** Among those of the account, from 1; no two share one. */
  place: number
}

export type TrustGrantRow = {
  account: string
  id: string
  trust_group: string
  factor: string
  binding: string
  acr: string
  amr: string
  at: number
  expires_at: number
  contacts: string
  ip: string | null
  series: string | null
  generation: number | null
  device_hash: string | null
  key_id: string | null
  device_before: string | null
  rotated_at: number | null
  rotated_ip: string | null
}

/** Of a code that an operator handed out; one of a kind for an account. */
export type OperatorCodeRow = {
  account: string
  kind: string
  id: string
  key_id: string
  /** A MAC. */
  hash: string
  made_at: number
  made_by: string
  expires_at: number
  answers: number
  holder: string | null
}

export type RequestRow = {
  uri_hash: string
  step_up: string
  client: string
  nonce: string | null
  redirect_uri: string
  code_challenge: string
  open_by: number
  expires_at: number
  value: string
}

export type PersonRow = {
  account: string
  directory: string
  username: string
  name_key: string
  display_name: string | null
  emails: string
  phones: string
  locale: string | null
  state: string
  created_at: number
}

export type SigningKeyRow = {
  kid: string
  alg: string
  state: string
  /** Sealed. */
  private_key: string
  public_jwk: string
  made_at: number
  activated_at: number | null
  retired_at: number | null
}
