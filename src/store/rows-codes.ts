import { z } from 'zod'
import type { Actor } from '../audit/index.ts'
import { type Instant, instantOf, OPERATOR_CODES } from '../kernel/index.ts'
import type {
  Change,
  Consumption,
  Counter,
  OperatorCode,
  OperatorCodeFacts,
} from '../stepup/index.ts'
import { idIn, wordIn } from './rows.ts'
import type { OperatorCodeRow } from './schema.ts'

const instant = z.custom<Instant>((value) => Number.isSafeInteger(value))
/** As an event has it. */
const actor = z.custom<Actor>(
  (value) => typeof value === 'string' && /^(?:person|client|system|operator:.+)$/.test(value),
)
const facts: z.ZodType<OperatorCodeFacts[]> = z.array(
  z.strictObject({
    ...{ kind: z.enum(OPERATOR_CODES), madeAt: instant, madeBy: actor, expiresAt: instant },
    ...{ answers: z.int(), holder: z.string().nullable() },
  }),
)

export const operatorCodesIn = (json: string): readonly OperatorCodeFacts[] =>
  json === '[]' ? [] : facts.parse(JSON.parse(json))

export function operatorCodeIn(row: OperatorCodeRow): OperatorCode {
  const { hash, answers, holder } = row
  return {
    id: idIn('operatorCode', row.id),
    account: idIn('account', row.account),
    kind: wordIn(OPERATOR_CODES, row.kind),
    keyId: row.key_id,
    madeAt: instantOf(row.made_at),
    madeBy: actor.parse(row.made_by),
    expiresAt: instantOf(row.expires_at),
    ...{ hash, answers, holder },
  }
}

export function operatorCodeRow(code: OperatorCode): OperatorCodeRow {
  const { account, kind, id, hash, answers, holder } = code
  return {
    ...{ account, kind, id, hash, answers, holder },
    key_id: code.keyId,
    made_at: code.madeAt,
    made_by: code.madeBy,
    expires_at: code.expiresAt,
  }
}

/** The code that an answer takes, as statements are given it. */
export const takenValues = (
  { code: id, kind, answersMax }: Extract<Consumption, { readonly code: unknown }>,
  { account }: Counter,
  { next }: Change,
) => ({ account, kind, id, browser: next.browser, answers_max: answersMax })
