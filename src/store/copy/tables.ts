/**
 * What is kept, as rows that are the same on every engine, in the order in which they are copied. Leases are of processes,
 * and stay behind; of all else a store without it would be another one.
 */
export type Table = { readonly key: readonly Column[]; readonly columns: readonly string[] }

/** A column that rows are put in order by. */
export type Column = { readonly name: string; readonly type: 'text' | 'bigint' }

const text = (name: string): Column => ({ name, type: 'text' })
const number = (name: string): Column => ({ name, type: 'bigint' })

const table = (key: readonly Column[], ...others: readonly string[]): Table => ({
  key,
  columns: [...key.map(({ name }) => name), ...others],
})

export const TABLES = {
  key_checks: table([text('key_id')], 'mac'),
  accounts: table(
    [text('account')],
    ...['directory', 'immutable_id', 'gone_at', 'name_key', 'emails', 'phones', 'seen_at'],
  ),
  people: table(
    [text('account')],
    ...['directory', 'username', 'name_key', 'display_name', 'emails', 'phones', 'locale'],
    ...['state', 'created_at'],
  ),
  policy: table([number('id')], 'version', 'document', 'applied_at'),
  person_settings: table([text('account')], 'settings'),
  enrolments: table(
    [text('id')],
    ...['account', 'factor', 'provenance', 'secret', 'secret_bits', 'algorithm', 'digits'],
    ...['period_seconds', 'at', 'name', 'place'],
  ),
  operator_codes: table(
    [text('account'), text('kind')],
    ...['id', 'key_id', 'hash', 'made_at', 'made_by', 'expires_at', 'answers', 'holder'],
  ),
  consumed: table([text('source')], 'part', 'expires_at'),
  /** All lanes of a factor: {lane: [failures, lockedUntil]} as JSON, lanes in order of name. */
  counters: table([text('account'), text('factor')], 'lanes'),
  known_browsers: table([text('account'), text('browser')], 'at', 'factor', 'destination'),
  trust_grants: table(
    [text('account'), text('id')],
    ...['trust_group', 'factor', 'binding', 'acr', 'amr', 'at', 'expires_at', 'contacts', 'ip'],
    ...['series', 'generation', 'device_hash', 'key_id', 'device_before'],
    ...['rotated_at', 'rotated_ip'],
  ),
  send_budgets: table(
    [text('account'), text('channel'), text('lane')],
    ...['window_started_at', 'sends', 'next_at'],
  ),
  notices: table(
    [text('id')],
    ...[
      'account',
      'lane',
      'kind',
      'factor',
      'at',
      'about',
      'former',
      'remaining',
      'state',
      'tries',
    ],
    ...['next_at', 'told_at'],
  ),
  step_ups: table([text('id')], 'version', 'account', 'browser', 'state', 'expires_at', 'value'),
  requests: table(
    [text('uri_hash')],
    ...['step_up', 'client', 'nonce', 'redirect_uri', 'code_challenge', 'open_by'],
    ...['expires_at', 'value'],
  ),
  client_assertions: table([text('client'), text('jti')], 'expires_at'),
  authorization_codes: table(
    [text('hash')],
    ...['step_up', 'issued_at', 'redeemed_at', 'token_hash', 'token_expires_at'],
  ),
  signing_keys: table(
    [text('kid')],
    ...['alg', 'state', 'private_key', 'public_jwk', 'made_at', 'activated_at', 'retired_at'],
  ),
  checkpoints: table([number('sequence')], 'mac', 'at', 'key_id', 'signature'),
  audit_links: table([number('sequence')], 'id', 'event', 'key_id', 'mac'),
  /** Events that wait for the sealer. Their order is that of the rows: each engine has its own way to keep it. */
  audit_waiting: { key: [], columns: ['id', 'event'] },
} as const satisfies Readonly<Record<string, Table>>

export type TableName = keyof typeof TABLES

export const TABLE_NAMES: readonly TableName[] = Object.keys(TABLES).filter(isTableName)

export function isTableName(name: string): name is TableName {
  return Object.hasOwn(TABLES, name)
}

export function forEach<T>(of: (name: TableName) => T): Readonly<Record<TableName, T>> {
  const made = TABLE_NAMES.map((name) => [name, of(name)] as const)
  return Object.fromEntries(made) as Record<TableName, T>
}
