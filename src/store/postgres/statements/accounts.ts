import type { AccountRow } from '../../schema.ts'
import { codes, each, factors, sends, tallies } from '../parts.ts'
import { statement } from '../statements.ts'
import { endedGrants } from './grants.ts'

const OURS = 'account, name_key, emails, phones, seen_at, gone_at'

/** Of people of our own the id is the account itself. */
const ELSEWHERE = 'directory = @directory and immutable_id <> account'

export const find = statement<AccountRow>(
  'account_find',
  `select ${OURS} from accounts where directory = @directory and immutable_id = @immutable_id`,
)

type ListedRow = AccountRow & { directory: string; immutable_id: string; factors: string }
type ViewRow = ListedRow & { tallies: string; sends: string; codes: string }

const LISTED = `${OURS}, directory, immutable_id, ${factors('accounts.account')} as factors`
const VIEW = `select ${LISTED}, ${tallies('accounts.account')} as tallies,
  ${sends('accounts.account')} as sends,
  ${codes('accounts.account')} as codes from accounts where ${ELSEWHERE}`

export const viewByAccount = statement<ViewRow>(
  'account_view_by_account',
  `${VIEW} and account = @account`,
)
export const viewByName = statement<ViewRow>(
  'account_view_by_name',
  `${VIEW} and name_key = @name_key`,
)
export const viewById = statement<ViewRow>(
  'account_view_by_id',
  `${VIEW} and immutable_id = @immutable_id`,
)

export const list = statement<ListedRow>(
  'accounts_list',
  `select ${LISTED} from accounts where ${ELSEWHERE} and account > @after
  order by account limit @count::integer`,
)

export const unseen = statement<{ account: string; immutable_id: string; seen_at: number }>(
  'accounts_unseen',
  `select account, immutable_id, seen_at from accounts
  where ${ELSEWHERE} and gone_at is null and seen_at <= @before::bigint
    and (seen_at, account) > (@after_seen_at::bigint, @after)
  order by seen_at, account limit @count::integer`,
)

const about = (event: string, account: string): string => `'event', '${event}',
  'at', @now::bigint, 'actor', 'system', 'account', ${account}, 'directory', @directory::text`

const one = (event: string): string => `json_build_object(${about(event, 'account')})::text`

/**
 * Whoever is there by that id or that name is held first, by account, so that people who swap names wait for each other in
 * no circle. Of two who make the same account at once the second hears what the first made. Asked again it finds all as it
 * is to be, and changes and tells nothing.
 */
export const know = statement<AccountRow & { events: string }>(
  'account_know',
  `with theirs as materialized (
    select account from accounts where directory = @directory and immutable_id = @immutable_id
    union select account from accounts where directory = @directory and name_key = @name_key
    order by account),
  held as (
    select a.*
    from theirs, ${each('select * from accounts where account = theirs.account for update')} a),
  before as (select * from held where immutable_id = @immutable_id),
  made as (
    insert into accounts as a (account, directory, immutable_id, name_key, seen_at)
    select @account, @directory, @immutable_id, @name_key, @now::bigint
    where not exists (select from before)
    on conflict (directory, immutable_id) do update set immutable_id = a.immutable_id
    returning ${OURS}),
  seen as (
    update accounts set name_key = @name_key, gone_at = null,
      seen_at = greatest(seen_at, @now::bigint)
    where directory = @directory and immutable_id = @immutable_id and exists (select from before)
    returning ${OURS}),
  freed as (
    update accounts set name_key = null
    where directory = @directory and name_key = @name_key and immutable_id <> @immutable_id
      and (select count(*) from held) > 0
    returning account),
  known as (select * from seen union all select * from made),
  telling as (
    insert into audit_waiting (id, part, event)
    select @made_id, 1, ${one('account.made')} from made where account = @account
    union all
    select @made_id, 1, ${one('account.renamed')} from before
    where name_key is distinct from @name_key
    union all
    select @returned_id, 2, ${one('account.returned')} from before where gone_at is not null
    union all
    select @reused_id, 3, json_build_object(${about('account.name-reused', 'known.account')},
      'former', former.account)::text
    from known, (select min(account) as account from freed) former
    where former.account is not null
    on conflict do nothing
    returning part, event)
  select ${OURS},
    (select coalesce(json_agg(event order by part), '[]') from telling)::text as events
  from known`,
)

/** Held until this commits, so that of two who change them the second sees what the first made. */
export const holdContacts = statement<{ emails: string; phones: string }>(
  'account_hold_contacts',
  `select emails, phones from accounts
  where account = @account and directory = @directory for update`,
)

export const setContacts = statement(
  'account_set_contacts',
  'update accounts set emails = @emails, phones = @phones where account = @account',
)

export const leave = statement<{ event: string }>(
  'account_leave',
  `with gone as (
    update accounts set gone_at = @now::bigint
    where account = @account and gone_at is null and seen_at <= @seen_at::bigint
    returning account, directory),
  ${endedGrants('@account', 'gone')}
  insert into audit_waiting (id, part, event)
  select @id, 1, json_build_object('event', 'account.left', 'at', @now::bigint, 'actor', 'system',
    'account', account, 'directory', directory)::text
  from gone returning event`,
)
