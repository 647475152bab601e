import type { EnrolmentRow } from '../../schema.ts'
import { statement } from '../statements.ts'

export const find = statement<EnrolmentRow & { part: number | null }>(
  'totp_find',
  `select id, account, factor, provenance, secret, secret_bits, algorithm, digits, period_seconds, at,
    name, place,
    (select part from consumed where source = enrolments.id) as part
  from enrolments where account = @account and factor = 'totp'
  order by place`,
)
