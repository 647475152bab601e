import { each } from '../parts.ts'
import { statement } from '../statements.ts'

export const find = statement<{ account: string; name_key: string | null }>(
  'account_find',
  `select account, name_key from accounts
  where directory = @directory and immutable_id = @immutable_id`,
)

const about = (event: string, account: string): string => `'event', '${event}',
  'at', @now::bigint, 'actor', 'system', 'account', ${account}, 'directory', @directory::text`

/**
 * Whoever is there by that id or that name is held first, by account, so that people who swap names wait for each other in
 * no circle. Of two who make the same account at once the second hears what the first made. Asked again it finds all as it
 * is to be, and changes and tells nothing.
 */
export const know = statement<{ account: string; events: string }>(
  'account_know',
  `with theirs as materialized (
    select account from accounts where directory = @directory and immutable_id = @immutable_id
    union select account from accounts where directory = @directory and name_key = @name_key
    order by account),
  held as (
    select a.account, a.immutable_id, a.name_key
    from theirs, ${each('select * from accounts where account = theirs.account for update')} a),
  before as (select account, name_key from held where immutable_id = @immutable_id),
  made as (
    insert into accounts as a (account, directory, immutable_id, name_key)
    select @account, @directory, @immutable_id, @name_key where not exists (select from before)
    on conflict (directory, immutable_id) do update set immutable_id = a.immutable_id
    returning account),
  renamed as (
    update accounts set name_key = @name_key
    where directory = @directory and immutable_id = @immutable_id
      and exists (select from before where name_key is distinct from @name_key)
    returning account),
  freed as (
    update accounts set name_key = null
    where directory = @directory and name_key = @name_key and immutable_id <> @immutable_id
      and (select count(*) from held) > 0
    returning account),
  known as (select account from before union all select account from made),
  telling as (
    insert into audit_waiting (id, part, event)
    select @made_id, 1, json_build_object(${about('account.made', 'account')})::text
    from made where account = @account
    union all
    select @made_id, 1, json_build_object(${about('account.renamed', 'account')})::text from renamed
    union all
    select @reused_id, 2, json_build_object(${about('account.name-reused', 'known.account')},
      'former', former.account)::text
    from known, (select min(account) as account from freed) former
    where former.account is not null
    on conflict do nothing
    returning part, event)
  select account,
    (select coalesce(json_agg(event order by part), '[]') from telling)::text as events
  from known`,
)
