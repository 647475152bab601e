import { GRANT_COLUMNS } from '../../rows-trust.ts'

/** Pieces of statements that grants of trust are written and read with. */
const FIELDS = GRANT_COLUMNS.map((name) => `'${name}', ${name}`).join(', ')

/** What an account has been granted, as one JSON value. */
export const grantsJson = (order = ''): string =>
  `coalesce(json_agg(json_build_object(${FIELDS}) ${order}), '[]')::text`

export const grants = (account: string): string => `(
  select ${grantsJson()}
  from trust_grants where trust_grants.account = ${account})`

/** Ends all of an account, once `rows` are there: in the order of their ids, whatever the plan, as everybody holds them. */
export const endedGrants = (account: string, rows: string): string => `
  former as (
    select id from trust_grants where account = ${account} and exists (select from ${rows})
    order by id for update),
  ended as (
    delete from trust_grants t using former where t.account = ${account} and t.id = former.id)`

const DEVICE = 'generation, device_hash, key_id, device_before, rotated_at, rotated_ip'

/**
 * A grant in place of one for the same group, network and device, once `rows` are there. One that joins a device takes what is
 * of it from a row that is there, which it holds; where none is, nothing is kept.
 */
export const granting = (rows: string): string => `
  device as (
    select ${DEVICE} from trust_grants
    where @joins::integer = 1 and account = @account and series = @series::text
    order by id limit 1 for update),
  granted as (
    insert into trust_grants (account, id, trust_group, factor, binding, acr, amr, at, expires_at,
      contacts, ip, series, ${DEVICE})
    select @account, @grant::text, @trust_group::text, @grant_factor::text, @binding::text,
      @acr::text, @amr::text, @grant_at::bigint, @grant_expires_at::bigint, @contacts::text,
      @grant_ip::text, @series::text, own.*
    from ${rows}, lateral (
      select ${DEVICE} from device
      union all
      select @generation::integer, @device_hash::text, @key_id::text, null, @rotated_at::bigint,
        @rotated_ip::text where @joins::integer = 0) own
    where @grant::text is not null
    returning 1),
  outdone as (
    select id from trust_grants
    where account = @account and exists (select from granted) and (
      (trust_group = @trust_group::text and ip is not distinct from @grant_ip::text
        and series is not distinct from @series::text)
      or id in (select id from trust_grants where account = @account
        order by at desc offset @grants_max::integer - 1))
    order by id for update),
  replaced as (
    delete from trust_grants t using outdone where t.account = @account and t.id = outdone.id)`

/** The grant as it was seen, held with all of its device; and the device's next secret, once `rows` are there. */
export const using = `
  seen as (
    select id, series, generation from trust_grants
    where account = @account and (id = @grant or series = @series::text) order by id for update),
  good as (
    select 1 from seen where id = @grant
      and (@series::text is null or (series = @series::text and generation = @generation::integer)))`

export const rotating = (rows: string): string => `
  rotated as (
    update trust_grants set device_before = device_hash, generation = trust_grants.generation + 1,
      device_hash = @device_hash::text, key_id = @key_id::text, rotated_at = @rotated_at::bigint,
      rotated_ip = @rotated_ip::text
    from ${rows}
    where account = @account and series = @series::text and @device_hash::text is not null)`
