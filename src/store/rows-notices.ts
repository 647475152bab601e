import { z } from 'zod'
import { FACTOR_KINDS, instantOf, LOCALES } from '../kernel/index.ts'
import type { Notice, NoticeAbout, NoticeEnd } from '../notices/index.ts'
import { idIn, textsIn } from './rows.ts'
import { parsed } from './rows-parts.ts'
import type { NoticeRow } from './schema.ts'

export type DueRow = Pick<
  NoticeRow,
  'id' | 'account' | 'lane' | 'kind' | 'factor' | 'at' | 'about' | 'former' | 'remaining' | 'tries'
> & {
  readonly directory: string | null
  readonly immutable_id: string | null
  readonly answered: number
}

const text = z.string()
const about: z.ZodType<NoticeAbout | null> = z
  .strictObject({
    username: text,
    locale: z.enum(LOCALES),
    ip: text.nullable(),
    userAgent: text.nullable(),
  })
  .nullable()
/** What this release has words for. */
export const NOTICE_KINDS = [
  ...(['locked', 'codes-unused', 'enrolled', 'removed', 'reset', 'contacts'] as const),
  ...(['code-made', 'code-used'] as const),
] as const

const words = z.object({
  kind: z.enum(NOTICE_KINDS),
  lane: z.enum(['signed', 'unsigned', 'proven', 'operator']),
  factor: z.enum(FACTOR_KINDS).nullable(),
})

/** Undefined: of a lane or factor that only a newer release knows, which will tell it. */
function noticeIn(row: DueRow): Notice | undefined {
  const known = words.safeParse(row)
  if (!known.success) return undefined
  const { directory, immutable_id: immutableId } = row
  return {
    ...{ id: row.id, account: idIn('account', row.account), tries: row.tries },
    whose: directory === null || immutableId === null ? null : { directory, immutableId },
    ...known.data,
    at: instantOf(row.at),
    about: parsed('a notice', about, row.about),
    former: textsIn(row.former),
    remaining: row.remaining === null ? null : textsIn(row.remaining),
    isMoot: row.kind === 'codes-unused' && row.answered === 1,
  }
}

export const noticesIn = (rows: readonly DueRow[]): readonly Notice[] =>
  rows.flatMap((row) => noticeIn(row) ?? [])

/** As a row keeps the end of a try. */
export function endOf(end: NoticeEnd) {
  return {
    state: end.state,
    told_at: end.state === 'told' ? end.at : null,
    remaining: end.state === 'waiting' ? JSON.stringify(end.remaining) : null,
  }
}
