import { statement } from '../statements.ts'
import { grantsJson } from './grants.ts'

export const revoke = statement<{ revoked: number }>(
  'trust_revoke',
  `with held as (
    select id from trust_grants
    where account = @account and (@id::text is null or id = @id::text)
      and (@series::text is null or series = @series::text)
    order by id for update),
  revoked as (
    delete from trust_grants t using held where t.account = @account and t.id = held.id returning 1),
  telling as (
    insert into audit_waiting (id, part, event)
    select told.id, told.part, told.event
    from unnest(@told_ids::text[], @told_events::text[]) with ordinality as told (id, event, part)
    where exists (select from revoked)
    returning 1)
  select (select count(*) from revoked)::integer as revoked`,
)

export const list = statement<{ grants: string }>(
  'trust_list',
  `select ${grantsJson('order by at desc')} as grants from trust_grants where account = @account`,
)

export const end = statement(
  'trust_end',
  `with held as (
    select account, id from trust_grants where account = any (@accounts::text[])
    order by account, id for update)
  delete from trust_grants t using held
  where t.account = any (@accounts::text[]) and t.account = held.account and t.id = held.id`,
)
