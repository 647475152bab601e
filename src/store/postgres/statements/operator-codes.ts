import type { OperatorCodeRow } from '../../schema.ts'
import { statement } from '../statements.ts'

const REST = 'id, key_id, hash, made_at, made_by, expires_at, answers, holder'

export const find = statement<OperatorCodeRow>(
  'operator_code_find',
  `select account, kind, ${REST} from operator_codes where account = @account and kind = @kind`,
)

/** Held until this commits, so that nobody ends the account meanwhile. */
export const holdAccount = statement<{ enrolled: boolean }>(
  'operator_code_hold_account',
  `select exists (select from enrolments e where e.account = a.account and e.factor = 'totp') as enrolled
  from accounts a where a.account = @account for update`,
)

export const put = statement(
  'operator_code_put',
  `insert into operator_codes (account, kind, ${REST})
  values (@account, @kind, @id, @key_id, @hash, @made_at::bigint, @made_by, @expires_at::bigint,
    @answers::integer, @holder::text)
  on conflict (account, kind) do update set id = excluded.id, key_id = excluded.key_id,
    hash = excluded.hash, made_at = excluded.made_at, made_by = excluded.made_by,
    expires_at = excluded.expires_at, answers = excluded.answers, holder = excluded.holder`,
)

export const revoke = statement<{ id: string }>(
  'operator_code_revoke',
  'delete from operator_codes where account = @account and kind = @kind returning id',
)

/** All of them, whose people or accounts are held. */
export const end = statement(
  'operator_codes_end',
  'delete from operator_codes where account = any (@accounts::text[])',
)
