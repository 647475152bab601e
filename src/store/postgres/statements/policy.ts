import { statement } from '../statements.ts'

export const current = statement<{
  version: number
  document: string | null
  applied_at: number | null
}>('policy_current', 'select version, document, applied_at from policy where id = 1')

export const people = statement<{
  account: string
  directory: string
  username: string | null
  settings: string
}>(
  'policy_people',
  `select s.account, a.directory, coalesce(p.username, a.name_key) as username, s.settings
  from person_settings s join accounts a on a.account = s.account
    left join people p on p.account = s.account
  order by s.account`,
)

/** There from then on, so that there is a row to hold. */
export const begin = statement(
  'policy_begin',
  'insert into policy (id, version) values (1, 0) on conflict do nothing',
)

export const hold = statement<{ version: number }>(
  'policy_hold',
  'select version from policy where id = 1 for update',
)

/** There until this commits: whoever erases one of them waits. */
export const known = statement<{ account: string }>(
  'policy_known',
  `select account from accounts where account = any (@accounts::text[])
  order by account for share`,
)

export const apply = statement(
  'policy_apply',
  `update policy set version = version + 1, document = @document, applied_at = @now::bigint
  where id = 1`,
)

export const clear = statement('policy_clear', 'delete from person_settings')

export const put = statement(
  'policy_put',
  `insert into person_settings (account, settings)
  select account, settings from unnest(@accounts::text[], @settings::text[]) as s (account, settings)
  on conflict (account) do update set settings = excluded.settings`,
)

export const own = statement<{ settings: string }>(
  'policy_own',
  'select settings from person_settings where account = @account',
)

export const take = statement('policy_take', 'delete from person_settings where account = @account')

export const count = statement(
  'policy_count',
  'update policy set version = version + 1 where id = 1',
)
