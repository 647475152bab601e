import type { Lately } from '../../../notices/index.ts'
import type { DueRow } from '../../rows-notices.ts'
import { each } from '../parts.ts'
import { statement } from '../statements.ts'

/**
 * What a person is to be told of comes to be with what it is about, one row of its own, which nobody waits for; only whoever
 * sends it changes it. So it has no place in the order of locks but the last.
 */
const INSERT = `insert into notices (id, account, lane, kind, factor, at, about, former, state, tries, next_at)`

/** In a statement about a step-up. `rows` has one row where there is something to tell. */
export const noticed = (
  what: { readonly id: string; readonly account: string; readonly lane: string },
  kind: 'locked' | 'codes-unused' | 'enrolled' | 'code-used',
  {
    factor,
    now,
    wait = '0',
    rows,
  }: Readonly<Record<'factor' | 'now' | 'rows', string>> & {
    readonly wait?: string
  },
): string => `
  noticed as (
    ${INSERT}
    select ${what.id}, ${what.account}, ${what.lane}, '${kind}', ${factor}, ${now}::bigint,
      @about::text, '[]', 'waiting', 0, ${now}::bigint + ${wait}
    from ${rows}
    on conflict (id) do nothing)`

/** Beside a change of several statements. */
export const add = statement(
  'notice_add',
  `${INSERT}
  values (@id, @account, @lane, @kind, @factor::text, @at::bigint, @about, @former, 'waiting', 0, @at::bigint)
  on conflict (id) do nothing`,
)

export const end = statement(
  'notices_end',
  'delete from notices where account = any (@accounts::text[])',
)

export const due = statement<DueRow>(
  'notices_due',
  `select n.id, n.account, n.lane, n.kind, n.factor, n.at, n.about, n.former, n.remaining, n.tries,
    whose.directory, whose.immutable_id,
    (case when exists (select from send_budgets b where b.account = n.account
      and b.channel = n.factor and b.lane = n.lane) then 0 else 1 end) as answered
  from notices n
  left join ${each('select a.directory, a.immutable_id from accounts a where a.account = n.account')} whose on true
  where n.state = 'waiting' and n.kind = any (@kinds::text[]) and n.next_at <= @now::bigint
  order by n.next_at limit @count::integer`,
)

const lately = (also = ''): string => `(
    select count(*)::integer from notices other
    where other.account = n.account and other.lane = n.lane and other.id <> n.id
      and (other.told_at > @since::bigint or (other.state = 'waiting' and other.tries > 0)) ${also})`

export const claim = statement<Lately>(
  'notice_claim',
  `update notices n set tries = n.tries + 1, next_at = @next_at::bigint
  where n.id = @id and n.tries = @tries::integer and n.state = 'waiting'
  returning ${lately()} as "all",
    ${lately('and other.kind = n.kind and other.factor is not distinct from n.factor')} as alike`,
)

export const settle = statement<{ settled: number }>(
  'notice_settle',
  `update notices set state = @state, remaining = @remaining::text, told_at = @told_at::bigint
  where id = @id and tries = @tries::integer and state = 'waiting'
  returning 1 as settled`,
)

export const forget = statement<{ forgotten: number }>(
  'notices_forget',
  `with over as (
    select id from notices where at <= @before::bigint
    order by at limit @rows::integer for update skip locked),
  forgotten as (delete from notices t using over where t.id = over.id returning 1)
  select count(*)::integer as forgotten from forgotten`,
)
