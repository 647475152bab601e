import type { AuditEvent } from '../../audit/index.ts'
import type { ToRows } from '../to-rows.ts'

/**
 * Pieces that several statements share. In one statement every part sees the tables as they were at its beginning, but a
 * row that is locked or upserted is seen as it is at that moment: so what decides is always such a row.
 */

/**
 * Looked up for each row before it. `offset 0` keeps it apart: joined, it could be planned as a walk through all rows while
 * there were none, and that plan is kept while they come.
 */
export const each = (select: string): string =>
  select.endsWith('for update') || select.endsWith('share')
    ? `lateral (${select})`
    : `lateral (${select} offset 0)`

/** Keeps events with the change of which `rows` is left over, in the order in which they were told. */
export const told = (rows: string): string => `
  insert into audit_waiting (id, part, event)
  select told.id, told.part, told.event
  from ${rows}, unnest(@told_ids::text[], @told_events::text[]) with ordinality as told (id, event, part)
  returning 1`

/**
 * `again` is the link's: where the first answer was lost, the event that it kept may be sealed by now, and nothing would stop
 * a second one. It is looked for among the latest links.
 */
export const untold = (id: string): string => `not (@again::boolean and exists (
    select from audit_links where id = ${id}
      and sequence > (select coalesce(max(sequence), 0) from audit_links) - 100000))`

export function toldValues(rows: readonly { readonly id: string; readonly event: string }[]) {
  return { told_ids: rows.map(({ id }) => id), told_events: rows.map(({ event }) => event) }
}

export const toldOf = (toRows: ToRows, events: readonly AuditEvent[]) =>
  toldValues(toRows.told(events))

/** The account's tallies over all factors and lanes, as one JSON value: so a look at a row is one statement, one moment. */
export const tallies = (account: string): string => `(
  select coalesce(json_agg(json_build_object('factor', c.factor, 'lane', lane.key,
    'failures', (lane.value ->> 0)::integer, 'lockedUntil', (lane.value ->> 1)::bigint)), '[]')::text
  from counters c, jsonb_each(c.lanes) lane where c.account = ${account})`

/** What an account has set up, as one JSON value. */
export const factors = (account: string): string => `(
  select coalesce(json_agg(json_build_object('kind', factor, 'id', id, 'name', name,
    'place', place, 'provenance', provenance, 'secretBits', secret_bits, 'at', at)
    order by place), '[]')::text
  from enrolments where enrolments.account = ${account})`

/** What operators handed out to it, as one JSON value. */
export const codes = (account: string): string => `(
  select coalesce(json_agg(json_build_object('kind', kind, 'madeAt', made_at, 'madeBy', made_by,
    'expiresAt', expires_at, 'answers', answers, 'holder', holder)), '[]')::text
  from operator_codes where operator_codes.account = ${account})`

/** Its messages, as one JSON value. */
export const sends = (account: string): string => `(
  select coalesce(json_agg(json_build_object('channel', channel, 'lane', lane, 'nextAt', next_at)
    order by channel, lane), '[]')::text
  from send_budgets where send_budgets.account = ${account})`

/**
 * `there`: the account's person is enabled, and stays so until this commits; those of other directories are theirs to know.
 * Whoever ends a person changes that row first, and what is under way after it: so nothing begins behind their back.
 */
export const person = (account: string): string => `
  there as (select 1 from people where account = ${account} and state = 'enabled' for share),
  kept as (
    select 1 from accounts where @is_theirs::boolean and account = ${account} for key share),
  allowed as (
    select 1 where (not @is_ours::boolean or exists (select from there))
      and (not @is_theirs::boolean or exists (select from kept)))`

/** The step-up at the version that was seen, until this commits. Of all who saw it exactly one holds it. */
export const held = (also = ''): string => `
  held as (select id from step_ups where id = @id and version = @version - 1 ${also} for update)`

export const swapped = (rows: string): string => `
  swapped as (
    update step_ups set version = @version, tag = @tag, account = @account, state = @state,
      expires_at = @expires_at, value = @value
    from ${rows} where step_ups.id = @id returning 1)`
