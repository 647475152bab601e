import { codes, held, person, swapped, tallies, told } from '../parts.ts'
import { statement } from '../statements.ts'
import { endedGrants, granting, grants, rotating, using } from './grants.ts'
import { known, staying, stillCounting } from './known-browsers.ts'
import { noticed } from './notices.ts'
import { claimed } from './send-budgets.ts'
import { code, taken, tried } from './taken-codes.ts'

const ROW = 'id, version, tag, account, browser, state, expires_at, value'
const ROW_VALUES =
  '@id, @version::integer, @tag, @account::text, @browser, @state, @expires_at::bigint, @value'

const opening = (claim: string, rows: string, and = ''): string => `
  with ${person('@account')},
  known as (select tag from step_ups where id = @id),
  may as (select 1 from allowed where not exists (select from known))${claim},
  opened as (insert into step_ups (${ROW}) select ${ROW_VALUES} from ${rows} returning 1)${and},
  telling as (${told('opened')})
  select (select count(*) from opened)::integer as opened,
    (select count(*) from allowed)::integer as allowed, (select tag from known) as known_tag,
    ${tallies('@account')} as tallies`

type Opened = { opened: number; allowed: number; known_tag: string | null; tallies: string }

export const open = statement<Opened>('step_up_open', opening('', 'may'))

export const openClaiming = statement<Opened>(
  'step_up_open_claiming',
  opening(`, ${claimed('may')}`, 'claimed'),
)

/** Whoever comes second with the secret of a device finds it rotated, and nothing is opened. */
export const openTrusted = statement<Opened>(
  'step_up_open_trusted',
  opening(
    `, ${using}, trusted as (select 1 from may where exists (select from good))`,
    'trusted',
    `, ${rotating('opened')}`,
  ),
)

export const find = statement<{ version: number; value: string; tallies: string }>(
  'step_up_find',
  `select version, value, ${tallies('step_ups.account')} as tallies from step_ups where id = @id`,
)

type StandingRow = {
  enrolled: string
  codes: string
  tallies: string
  known_browsers: string
  grants: string
  settings: string | null
  policy_version: number
}

export const standing = statement<StandingRow>(
  'standing',
  `select (
    select coalesce(json_agg(json_build_object('enrolment', id, 'factor', factor,
      'provenance', provenance, 'digits', digits, 'periodSeconds', period_seconds)
      order by place), '[]')::text
    from enrolments where account = @account) as enrolled,
    ${codes('@account')} as codes, ${tallies('@account')} as tallies, (
    select coalesce(json_agg(json_build_object('browser', browser, 'at', at,
      'factor', factor, 'destination', destination)), '[]')::text
    from known_browsers where account = @account) as known_browsers,
    ${grants('@account')} as grants,
    (select settings from person_settings where account = @account) as settings,
    coalesce((select version from policy where id = 1), 0) as policy_version`,
)

export const lastWrite = statement<{ version: number; tag: string }>(
  'step_up_last_write',
  'select version, tag from step_ups where id = @id',
)

export const replace = statement<{ swapped: number }>(
  'step_up_replace',
  `with ${held()}, ${swapped('held')},
  telling as (${told('swapped')})
  select (select count(*) from swapped)::integer as swapped`,
)

export const replan = statement<{ allowed: number; swapped: number }>(
  'step_up_replan',
  `with ${person('@account')}, ${held('and exists (select from allowed)')}, ${swapped('held')},
  telling as (${told('swapped')})
  select (select count(*) from allowed)::integer as allowed,
    (select count(*) from swapped)::integer as swapped`,
)

export const send = statement<{ held: number; swapped: number }>(
  'step_up_send',
  `with ${held()}, ${claimed('held')}, ${swapped('claimed')},
  telling as (${told('swapped')})
  select (select count(*) from held)::integer as held,
    (select count(*) from swapped)::integer as swapped`,
)

export const budget = statement<{ window_started_at: number; next_at: number }>(
  'send_budget',
  `select window_started_at, next_at from send_budgets
  where account = @account and channel = @channel and lane = @lane`,
)

type Spent = {
  held: number
  swapped: number
  total: number | null
  failures: number | null
  until: number | null
  locked_event: string | null
}

/** The n-th lock takes the n-th time, and the last time again from there on. */
const lockEnd = (failures: string): string =>
  `@now::bigint + 1000 * (@seconds::bigint[])[least(${failures} / @every::integer, cardinality(@seconds::bigint[]))]`

/** The cap is reached, and with it what a known browser keeps to itself. */
const IS_OUT = 'total >= @cap::integer and failures >= @own::integer'

/** A lock is told after what led to it. One row holds all lanes of a class, so that the pause of one and the cap over all are decided by one upsert. */
const spending = (before: string, rows: string, after: string): string => `
  with ${held()}${before},
  counted as (
    insert into counters as c (account, factor, class, total, lanes)
    select @account, @factor, @class, 1, jsonb_build_object(@lane::text, jsonb_build_array(1,
      case when @every::integer = 1 then ${lockEnd('1')} end)) from ${rows}
    on conflict (account, factor, class) do update
    set total = c.total + 1,
      lanes = c.lanes || jsonb_build_object(@lane::text, case
        when (coalesce((c.lanes -> @lane::text ->> 0)::integer, 0) + 1) % @every::integer = 0
        then jsonb_build_array(coalesce((c.lanes -> @lane::text ->> 0)::integer, 0) + 1,
          ${lockEnd('(coalesce((c.lanes -> @lane::text ->> 0)::integer, 0) + 1)')})
        else jsonb_build_array(coalesce((c.lanes -> @lane::text ->> 0)::integer, 0) + 1,
          (c.lanes -> @lane::text ->> 1)::bigint) end)
    where (c.total < @cap::integer
        or coalesce((c.lanes -> @lane::text ->> 0)::integer, 0) < @own::integer)
      and coalesce((c.lanes -> @lane::text ->> 1)::bigint <= @now::bigint, true)
    returning total, (lanes -> @lane::text ->> 0)::integer as failures,
      (lanes -> @lane::text ->> 1)::bigint as until),
  ${swapped('counted')}${after},
  telling as (${told('swapped')}),
  locked as (
    insert into audit_waiting (id, part, event)
    select @locked_id, 1000, @locked_event::text || failures || ',"until":' ||
      case when ${IS_OUT} then '"operator"' else until::text end || '}'
    from counted, swapped, (select count(*) from telling) before
    where ${IS_OUT} or failures % @every::integer = 0
    returning event),
  ${noticed({ id: '@locked_id', account: '@account', lane: '@class' }, 'locked', {
    ...{ factor: '@factor', now: '@now', rows: 'locked' },
  })}
  select (select count(*) from held)::integer as held,
    (select count(*) from swapped)::integer as swapped,
    (select total from counted) as total, (select failures from counted) as failures,
    (select until from counted) as until, (select event from locked) as locked_event`

export const spend = statement<Spent>('step_up_spend', spending('', 'held', ''))

/** Of a kind that operators hand out. */
export const spendCode = statement<Spent>(
  'step_up_spend_code',
  spending(`, ${code}`, 'held, (select count(*) from code) waited', `, ${tried}`),
)

export const tally = statement<{ total: number; failures: number | null; until: number | null }>(
  'tally',
  `select total, (lanes -> @lane::text ->> 0)::integer as failures,
    (lanes -> @lane::text ->> 1)::bigint as until
  from counters where account = @account and factor = @factor and class = @class`,
)

/**
 * Where an older part races a newer one, the row of the source decides which of them is used up. Of an enrolment that was
 * taken away nothing is good any more. It is told while the
 * tally's row is held, as is what `spend` tells: so the audit has both in the order in which they counted.
 */
const settling = (used: string, and = ''): string => `
  with ${held()}, ${staying}, ${used},
  ${swapped('used')},
  reset as (
    update counters set
      total = (select coalesce(sum((lane.value ->> 0)::integer), 0) from ${stillCounting}),
      lanes = (select coalesce(jsonb_object_agg(lane.key, lane.value), '{}') from ${stillCounting})
    from swapped
    where account = @account and factor = @factor and class = @class
      and lanes -> @lane::text is not null
    returning 1),
  freed as (
    delete from send_budgets using swapped
    where account = @account and channel = @factor and lane = @class),
  ${known('swapped')},
  ${granting('swapped')}${and},
  telling as (${told('swapped, (select count(*) from reset) before')})
  select (select count(*) from held)::integer as held,
    (select count(*) from swapped)::integer as swapped`

type Settled = { held: number; swapped: number }

export const settle = statement<Settled>(
  'step_up_settle',
  settling(`
  kept as (
    select 1 from enrolments where id = @source and exists (select from held) for key share),
  used as (
    insert into consumed as u (source, part, expires_at)
    select @source, @part::bigint, @part_expires_at::bigint from held
    where not starts_with(@source, 'enr_') or exists (select from kept)
    on conflict (source) do update set part = excluded.part, expires_at = excluded.expires_at
    where u.part < excluded.part
    returning 1)`),
)

/** With a code that an operator handed out. */
export const settleCode = statement<Settled>(
  'step_up_settle_code',
  settling(
    taken,
    `, ${noticed({ id: '@notice_id', account: '@account', lane: `'proven'` }, 'code-used', {
      ...{ factor: '@factor', now: '@used_at' },
      rows: 'swapped where @notice_id::text is not null',
    })}`,
  ),
)

type Enrolled = {
  allowed: number
  held: number
  code_held: number
  taken: number
  swapped: number
}

/** Of two who take one place the second finds it taken, and looks again. */
export const enrol = statement<Enrolled>(
  'step_up_enrol',
  `with ${person('@enrolment_account')},
  ${held('and exists (select from allowed)')}, ${staying},
  code as (
    select holder from operator_codes
    where account = @enrolment_account and kind = 'bind-code' and exists (select from held)
    for update),
  proven as (
    select count(*) filter (where holder = @holder)::integer as code_held from code),
  taken as (
    select place from enrolments where account = @enrolment_account and factor = @factor),
  added as (
    insert into enrolments (id, account, factor, provenance, secret, secret_bits, algorithm, digits,
      period_seconds, at, name, place)
    select @enrolment_id, @enrolment_account, @factor, @provenance, @secret, @secret_bits::integer,
      @algorithm, @digits::integer, @period_seconds::integer, @at::bigint, @name::text, (
        select min(free) from generate_series(1, @most::integer) free
        where free not in (select place from taken))
    from held, proven
    where (select count(*) from taken) < @most::integer
      and (@provenance <> 'bind-code' or @most::integer > 1 or code_held > 0)
    on conflict (account, factor, place) do nothing
    returning 1),
  used as (
    insert into consumed as u (source, part, expires_at)
    select @enrolment_id, @part::bigint, null from added
    on conflict (source) do update set part = excluded.part where u.part < excluded.part),
  ${swapped('added')},
  done_with as (
    delete from operator_codes c using swapped
    where c.account = @enrolment_account and c.kind = 'bind-code'),
  ${known('swapped')},
  ${endedGrants('@enrolment_account', 'swapped')},
  ${granting('swapped')},
  ${noticed({ id: '@enrolment_id', account: '@enrolment_account', lane: `'proven'` }, 'enrolled', {
    ...{ factor: '@factor', now: '@at', rows: 'swapped' },
  })},
  telling as (${told('swapped')})
  select (select count(*) from allowed)::integer as allowed,
    (select count(*) from held)::integer as held, (select code_held from proven) as code_held,
    (select count(*) from taken)::integer as taken,
    (select count(*) from swapped)::integer as swapped`,
)
