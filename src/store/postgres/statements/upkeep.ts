import type { Mark } from '../../check-keys.ts'
import { statement } from '../statements.ts'

/** What another replica is about to take is passed over, so that two of them never do the same row. */
export const holdOver = statement<{ id: string; account: string | null; open: string | null }>(
  'sweep_hold_step_ups',
  `select id, account,
    case when state not in ('satisfied', 'refused', 'cancelled', 'expired') then value end as open
  from step_ups where expires_at <= @before::bigint
  order by expires_at limit @rows::integer for update skip locked`,
)

export const sweepCodes = statement(
  'sweep_codes',
  'delete from authorization_codes where step_up = any (@ids::text[])',
)

export const sweepStepUps = statement(
  'sweep_step_ups',
  'delete from step_ups where id = any (@ids::text[])',
)

type Swept = { swept: number }

const sweeping = (table: string, key: readonly string[], isOver: string, oldest: string) =>
  `with due as (
    select ${key.join(', ')} from ${table} where ${isOver}
    order by ${oldest} limit @rows::integer for update skip locked),
  swept as (
    delete from ${table} t using due
    where ${key.map((name) => `t.${name} = due.${name}`).join(' and ')} returning 1)
  select count(*)::integer as swept from swept`

/** A request goes with its step-up or later: what could still be redeemed needs both. */
export const sweepRequests = statement<Swept>(
  'sweep_requests',
  sweeping(
    'requests',
    ['uri_hash'],
    `expires_at <= @before::bigint
      and not exists (select from step_ups where step_ups.id = requests.step_up)`,
    'expires_at',
  ),
)

export const sweepAssertions = statement<Swept>(
  'sweep_assertions',
  sweeping('client_assertions', ['client', 'jti'], 'expires_at <= @before::bigint', 'expires_at'),
)

export const sweepConsumed = statement<Swept>(
  'sweep_consumed',
  sweeping('consumed', ['source'], 'expires_at <= @before::bigint', 'expires_at'),
)

export const sweepBudgets = statement<Swept>(
  'sweep_send_budgets',
  sweeping(
    'send_budgets',
    ['account', 'channel', 'lane'],
    'window_started_at <= @before::bigint',
    'window_started_at',
  ),
)

export const sweepBrowsers = statement<Swept>(
  'sweep_known_browsers',
  sweeping('known_browsers', ['account', 'browser'], 'at <= @before::bigint', 'at'),
)

export const sweepGrants = statement<Swept>(
  'sweep_trust_grants',
  sweeping('trust_grants', ['account', 'id'], 'expires_at <= @before::bigint', 'expires_at'),
)

export const sweepCodesOfOperators = statement<Swept>(
  'sweep_operator_codes',
  sweeping('operator_codes', ['account', 'kind'], 'expires_at <= @before::bigint', 'expires_at'),
)

export const sealedSecrets = statement<{ row: string; sealed: string }>(
  'sealed_secrets',
  `select id as row, secret as sealed from enrolments
  where id > @after order by id limit @count::integer`,
)

export const sealedKeys = statement<{ row: string; sealed: string }>(
  'sealed_keys',
  'select kid as row, private_key as sealed from signing_keys order by kid',
)

/** In the order of their ids, so that two who reseal never wait for each other in a circle. */
const resealing = (table: string, key: string, sealed: string) =>
  `with held as (
    select t.${key} as key, now.sealed
    from unnest(@rows::text[], @from::text[], @to::text[]) as now (key, before, sealed)
    join ${table} t on t.${key} = now.key and t.${sealed} = now.before
    order by t.${key} for update of t)
  update ${table} t set ${sealed} = held.sealed from held where t.${key} = held.key returning 1`

export const resealSecrets = statement('reseal_secrets', resealing('enrolments', 'id', 'secret'))

export const resealKeys = statement(
  'reseal_signing_keys',
  resealing('signing_keys', 'kid', 'private_key'),
)

/**
 * A write and a read in one round trip. Another holder each time, so that a row is really written: on a full disk everything
 * else still succeeds.
 */
export const beat = statement(
  'health',
  `with beat as (
    insert into leases (name, holder, until) values ('health', @holder, 0)
    on conflict (name) do update set holder = excluded.holder)
  select 1 as alive from key_checks limit 1`,
)

export const timeOut = statement<{ endless: boolean }>(
  'time_out',
  "select current_setting('statement_timeout') = '0' as endless",
)

export const marks = statement<Mark>('key_marks', 'select key_id, mac from key_checks')

export const mark = statement(
  'key_mark',
  'insert into key_checks (key_id, mac) values (@key_id, @mac) on conflict do nothing',
)

/** What is sealed for longer than a step-up lives. */
export const isSealed = statement<{ sealed: boolean }>(
  'key_seals',
  `select exists (select from signing_keys where starts_with(private_key, @prefix))
    or exists (select from enrolments where starts_with(secret, @prefix)) as sealed`,
)
