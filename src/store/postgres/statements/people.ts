import type { PersonRow } from '../../schema.ts'
import { codes, each, factors, sends, tallies } from '../parts.ts'
import { statement } from '../statements.ts'

const PERSON = `account, directory, username, name_key, display_name, emails, phones, locale, state,
  created_at`

type SummaryRow = PersonRow & { factors: string }
type ViewRow = SummaryRow & { tallies: string; sends: string; codes: string }

const VIEW = `select ${PERSON}, ${factors('people.account')} as factors,
  ${tallies('people.account')} as tallies, ${sends('people.account')} as sends,
  ${codes('people.account')} as codes from people`

const BY_NAME = 'where directory = @directory and name_key = @name_key'
const BY_ACCOUNT = 'where account = @account and directory = @directory'

export const findByName = statement<PersonRow>(
  'person_by_name',
  `select ${PERSON} from people ${BY_NAME}`,
)

export const findByAccount = statement<PersonRow>(
  'person_by_account',
  `select ${PERSON} from people ${BY_ACCOUNT}`,
)

export const viewByName = statement<ViewRow>('person_view_by_name', `${VIEW} ${BY_NAME}`)
export const viewByAccount = statement<ViewRow>('person_view_by_account', `${VIEW} ${BY_ACCOUNT}`)

export const list = statement<SummaryRow>(
  'people_list',
  `select ${PERSON}, ${factors('people.account')} as factors from people
  where directory = @directory and name_key > @after
  order by name_key limit @count::integer`,
)

/** Of these names, those that somebody has. */
export const taken = statement<{ directory: string; name_key: string }>(
  'people_taken',
  `select there.directory, there.name_key
  from unnest(@directories::text[], @name_keys::text[]) as wanted (directory, name_key),
    ${each(`select directory, name_key from people
      where directory = wanted.directory and name_key = wanted.name_key`)} there`,
)

/** Whoever comes second to a name breaks `people_directory_name_key_key`, and nobody is added. */
export const add = statement(
  'people_add',
  `with known as (
    insert into accounts (account, directory, immutable_id)
    select account, directory, account
    from unnest(@account::text[], @directory::text[]) as added (account, directory))
  insert into people (${PERSON})
  select ${PERSON} from unnest(@account::text[], @directory::text[], @username::text[],
    @name_key::text[], @display_name::text[], @emails::text[], @phones::text[], @locale::text[],
    @state::text[], @created_at::bigint[]) as added (${PERSON})`,
)

const ENROLMENT = `id, account, factor, provenance, secret, secret_bits, algorithm, digits,
  period_seconds, at, name, place`

export const addEnrolments = statement(
  'people_add_enrolments',
  `with used as (
    insert into consumed as u (source, part, expires_at)
    select source, part, null
    from unnest(@id::text[], @part::bigint[]) as used (source, part)
    on conflict (source) do update set part = excluded.part where u.part < excluded.part)
  insert into enrolments (${ENROLMENT})
  select ${ENROLMENT} from unnest(@id::text[], @account::text[], @factor::text[],
    @provenance::text[], @secret::text[], @secret_bits::integer[], @algorithm::text[],
    @digits::integer[], @period_seconds::integer[], @at::bigint[], @name::text[],
    @place::integer[]) as added (${ENROLMENT})`,
)

/** Held until this commits: meanwhile nothing is opened or enrolled for them, and nobody else ends them. */
export const hold = statement<Omit<PersonRow, 'account' | 'created_at'>>(
  'person_hold',
  `select directory, username, name_key, display_name, emails, phones, locale, state
  from people where account = @account for update`,
)

export const set = statement(
  'person_set',
  `update people set directory = @directory, username = @username, name_key = @name_key,
    display_name = @display_name::text, emails = @emails, phones = @phones,
    locale = @locale::text, state = @state, created_at = @created_at::bigint
  where account = @account`,
)

export const remove = statement(
  'people_remove',
  `with unset as (delete from person_settings where account = any (@accounts::text[]))
  delete from people where account = any (@accounts::text[])`,
)

export const gone = statement(
  'account_gone',
  'update accounts set gone_at = @at::bigint where account = @account',
)

export const holdAccount = statement<{ account: string }>(
  'account_hold',
  `select account from accounts
  where account = @account and directory = @directory for update`,
)

/** The same for somebody who is kept elsewhere. */
export const holdElsewhere = statement<{ account: string }>(
  'account_hold_elsewhere',
  `select account from accounts where account = @account and immutable_id <> account for update`,
)

/** Those that nobody else is about to erase. Whoever is there is never among them, whatever `gone_at` says. */
export const holdGone = statement<{ account: string }>(
  'accounts_hold_gone',
  `select account from accounts
  where gone_at is not null and gone_at <= @before::bigint
    and not exists (select from people where people.account = accounts.account)
  order by gone_at, account limit @rows::integer for update skip locked`,
)

export const forget = statement(
  'accounts_forget',
  'delete from accounts where account = any (@accounts::text[])',
)

const IS_FACTOR = '(@factor::text is null or factor = @factor::text)'
const IS_CHANNEL = '(@factor::text is null or channel = @factor::text)'

export const endEnrolments = statement<{ id: string }>(
  'people_end_enrolments',
  `delete from enrolments where account = any (@accounts::text[]) and ${IS_FACTOR}
    and (@enrolment::text is null or id = @enrolment::text) returning id`,
)

/** Its id is gone with the enrolment, so no code of it can come again. */
export const endUsed = statement(
  'people_end_used',
  'delete from consumed where source = any (@ids::text[])',
)

/** In the order in which an unlock holds them, whatever the plan: so that two operators never wait for each other in a circle. */
const clearing = (table: string, key: readonly string[], where: string): string => `
  with held as (
    select ${key.join(', ')} from ${table} where account = any (@accounts::text[]) and ${where}
    order by ${key.join(', ')} for update)
  delete from ${table} t using held
  where ${key.map((name) => `t.${name} = held.${name}`).join(' and ')}`

export const untally = statement(
  'people_untally',
  clearing('counters', ['account', 'factor', 'class'], IS_FACTOR),
)

export const unsend = statement(
  'people_unsend',
  clearing('send_budgets', ['account', 'channel', 'lane'], IS_CHANNEL),
)

export const forgetBrowsers = statement(
  'people_forget_browsers',
  'delete from known_browsers where account = any (@accounts::text[])',
)

/** Paused, or at the cap of its class of lanes. */
export const holdTallies = statement<{ locked: boolean }>(
  'people_hold_tallies',
  `select total >= @cap::integer or exists (
      select from jsonb_each(lanes) lane where (lane.value ->> 1)::bigint > @now::bigint) as locked
  from counters where account = @account and ${IS_FACTOR}
  order by factor, class for update`,
)

/** Its messages of this window are used up. */
export const holdSends = statement<{ silent: boolean }>(
  'people_hold_sends',
  `select next_at > @now::bigint and sends >= case lane
      when 'unsigned' then @unsigned::integer else @signed::integer end as silent
  from send_budgets where account = @account and ${IS_CHANNEL}
  order by channel, lane for update`,
)
