import { statement } from '../statements.ts'

/**
 * What is under way for accounts, and its end. First their people's rows are locked, so that nothing more is opened or
 * enrolled; then their step-ups, so that nothing is settled or redeemed. Only a statement after that sees what they came to.
 */
export const holdStepUps = statement(
  'ending_hold',
  'select 1 from step_ups where account = any (@accounts::text[]) order by id for update',
)

export const underWay = statement<{
  id: string
  account: string
  state: string
  expires_at: number
  value: string
  redeemed: boolean
}>(
  'ending_under_way',
  `select id, account, state, expires_at, value, exists (
      select from authorization_codes c where c.step_up = s.id and c.redeemed_at is not null
    ) as redeemed
  from step_ups s
  where account = any (@accounts::text[])
    and state in ('choosing', 'challenged', 'enrolling', 'managing', 'blocked', 'satisfied')
  order by expires_at, id`,
)

/** The tag is nobody else's, so whoever asks again for a change of their own knows that this was not it. */
export const cancel = statement(
  'ending_cancel',
  `update step_ups s
  set version = s.version + 1, tag = ended.tag, state = 'cancelled', value = ended.value
  from unnest(@ids::text[], @tags::text[], @values::text[]) as ended (id, tag, value)
  where s.id = ended.id`,
)

export const touch = statement(
  'ending_touch',
  `update step_ups s set version = s.version + 1, tag = touched.tag
  from unnest(@ids::text[], @tags::text[]) as touched (id, tag)
  where s.id = touched.id`,
)

export const endTokens = statement(
  'ending_tokens',
  `update authorization_codes set token_hash = null, token_expires_at = null
  where step_up = any (@ids::text[]) and token_hash is not null`,
)

export const endCodes = statement(
  'ending_codes',
  'delete from authorization_codes where step_up = any (@ids::text[])',
)

/** With what was kept of accounts besides: nothing of a step-up is left. */
export const eraseCodes = statement(
  'erase_codes',
  `delete from authorization_codes using step_ups s
  where authorization_codes.step_up = s.id and s.account = any (@accounts::text[])`,
)

export const eraseRequests = statement(
  'erase_requests',
  `delete from requests using step_ups s
  where requests.step_up = s.id and s.account = any (@accounts::text[])`,
)

export const eraseStepUps = statement(
  'erase_step_ups',
  'delete from step_ups where account = any (@accounts::text[])',
)
