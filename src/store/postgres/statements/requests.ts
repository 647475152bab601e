import { each, untold } from '../parts.ts'
import { statement } from '../statements.ts'

const ROW =
  'uri_hash, step_up, client, nonce, redirect_uri, code_challenge, open_by, expires_at, value'
const ROW_VALUES = `@uri_hash, @step_up, @client, @nonce::text, @redirect_uri, @code_challenge,
  @open_by::bigint, @expires_at::bigint, @value`

/** Good once; for whoever asks again after the answer was lost it is still theirs, by the tag. */
const once = (client: string): string => `
  once as (
    insert into client_assertions as o (client, jti, expires_at, tag)
    values (${client}, @jti, @once_expires_at::bigint, @tag)
    on conflict (client, jti) do update set tag = o.tag where o.tag = excluded.tag
    returning 1)`

/** A nonce that was seen breaks `requests_by_nonce`, and everything is undone with it. */
const pushed = (rows: string): string => `
  pushed as (
    insert into requests as r (${ROW}) ${rows}
    on conflict (uri_hash) do update set uri_hash = r.uri_hash where r.step_up = excluded.step_up
    returning 1)`

type Pushed = { pushed: number }

export const push = statement<Pushed>(
  'request_push',
  `with ${pushed(`values (${ROW_VALUES})`)}
  select (select count(*) from pushed)::integer as pushed`,
)

export const pushOnce = statement<Pushed>(
  'request_push_once',
  `with ${once('@once_client')}, ${pushed(`select ${ROW_VALUES} from once`)}
  select (select count(*) from pushed)::integer as pushed`,
)

export const findPushed = statement<{
  client: string
  open_by: number
  expires_at: number
  request: string
  step_up: string | null
}>(
  'request_find_pushed',
  `select client, open_by, expires_at, value as request,
    (select id from step_ups where id = requests.step_up) as step_up
  from requests where uri_hash = @uri_hash`,
)

/** Whoever comes second finds what the first parked. */
export const park = statement<Pushed>(
  'request_park',
  `with pushed as (
    insert into requests (${ROW}) values (${ROW_VALUES}) on conflict do nothing returning 1)
  select (select count(*) from pushed)::integer as pushed`,
)

export const parked = statement<{ client: string; expires_at: number; value: string }>(
  'request_parked',
  'select client, expires_at, value from requests where uri_hash = @uri_hash',
)

export const find = statement<{ request: string; stepUp: string | null }>(
  'request_find',
  `select r.value as request, s.value as "stepUp"
  from requests r left join step_ups s on s.id = r.step_up where r.step_up = @step_up`,
)

export type Issued = {
  browser: string
  state: string
  request: string
  stepUp: string
  event: string | null
  issued: number
  code_hash: string | null
  issued_at: number | null
  redeemed_at: number | null
}

/** The step-up is held, so that whoever erases its person finds the code that came of it, or leaves nothing to make one of. */
export const issue = statement<Issued>(
  'code_issue',
  `with kept as (
    select r.client, r.value as request, s.id, s.account, s.browser, s.state, s.value as step_up
    from requests r, ${each('select * from step_ups where id = r.step_up for key share')} s
    where r.step_up = @step_up),
  code as (select hash, issued_at, redeemed_at from authorization_codes where step_up = @step_up),
  issued as (
    insert into authorization_codes (hash, step_up, issued_at)
    select @hash, kept.id, @now::bigint from kept
    where kept.browser = @browser and kept.state = 'satisfied' and not exists (select from code)
    on conflict do nothing
    returning 1),
  telling as (
    insert into audit_waiting (id, part, event)
    select @event_id, 1, json_build_object('at', @now::bigint, 'actor', 'person', 'stepUp', id,
      'client', client, 'account', account, 'event', case when browser = @browser
        then 'authorization-code.issued' else 'step-up.other-browser' end)::text
    from kept where (browser <> @browser or exists (select from issued)) and ${untold('@event_id')}
    on conflict do nothing
    returning event)
  select kept.browser, kept.state, kept.request, kept.step_up as "stepUp",
    (select event from telling) as event, (select count(*) from issued)::integer as issued,
    (select hash from code) as code_hash, (select issued_at from code) as issued_at,
    (select redeemed_at from code) as redeemed_at
  from kept`,
)

export type Redeemed = {
  replayed: boolean
  heard: string | null
  request: string | null
  stepUp: string | null
  event: string | null
}

/**
 * The code's row is locked, and read as it is then: so exactly one of all who bring it redeems it. Its step-up is held before,
 * so that nobody ends it in the same moment. The tag tells whoever redeemed it, asking again, from a replay.
 */
const redeeming = (before: string, isFresh: string): string => `
  with ${before}
  code as (select step_up from authorization_codes where hash = @hash and ${isFresh}),
  held as (
    select s.id, s.account, s.state, s.value
    from code, ${each('select * from step_ups where id = code.step_up for share')} s),
  kept as (
    select c.issued_at, c.redeemed_at, c.tag, r.client, r.redirect_uri, r.code_challenge,
      r.value as request, held.id, held.account, held.state, held.value as step_up
    from held,
      ${each('select * from authorization_codes where hash = @hash and step_up = held.id for update')} c,
      ${each('select * from requests where step_up = held.id')} r),
  judged as (
    select *, case
      when client <> @client or redirect_uri <> @redirect_uri or state <> 'satisfied' then 'unknown'
      when tag = @tag and code_challenge <> @verifier_hash then 'verifier-wrong'
      when tag = @tag then 'redeemed'
      when redeemed_at is not null then 'replayed'
      when @now::bigint > issued_at + @seconds::bigint * 1000 then 'expired'
      when code_challenge <> @verifier_hash then 'verifier-wrong'
      else 'redeemed' end as heard
    from kept),
  changed as (
    update authorization_codes c set
      redeemed_at = coalesce(c.redeemed_at, @now::bigint),
      tag = case when j.heard = 'replayed' then c.tag else @tag end,
      token_hash = case when j.heard = 'redeemed' then @token_hash end,
      token_expires_at = case when j.heard = 'redeemed' then @token_expires_at::bigint end
    from judged j
    where c.hash = @hash and j.heard in ('redeemed', 'verifier-wrong', 'replayed')),
  telling as (
    insert into audit_waiting (id, part, event)
    select @event_id, 1, case when heard = 'verifier-wrong'
      then json_build_object('at', @now::bigint, 'actor', 'client', 'event', 'request.refused',
        'client', client, 'reason', 'verifier-wrong')
      else json_build_object('at', @now::bigint, 'actor', 'client', 'stepUp', id, 'client', client,
        'account', account, 'event', 'authorization-code.' || heard) end::text
    from judged where heard in ('redeemed', 'verifier-wrong', 'replayed')
      and tag is distinct from @tag and ${untold('@event_id')}
    on conflict do nothing
    returning event)`

export const redeem = statement<Redeemed>(
  'code_redeem',
  `${redeeming('', 'true')}
  select false as replayed, j.heard, j.request, j.step_up as "stepUp",
    (select event from telling) as event
  from (select 1) one left join judged j on true`,
)

export const redeemOnce = statement<Redeemed>(
  'code_redeem_once',
  `${redeeming(`${once('@client')},`, 'exists (select from once)')}
  select not exists (select from once) as replayed, j.heard, j.request, j.step_up as "stepUp",
    (select event from telling) as event
  from (select 1) one left join judged j on true`,
)

export const findToken = statement<{
  token_expires_at: number | null
  request: string
  stepUp: string
}>(
  'token_find',
  `select c.token_expires_at, r.value as request, s.value as "stepUp"
  from authorization_codes c,
    ${each('select value from requests where step_up = c.step_up')} r,
    ${each('select value from step_ups where id = c.step_up')} s
  where c.token_hash = @token_hash`,
)
