import type { Person } from '../directories/index.ts'
import { type Instant, later } from '../kernel/index.ts'
import type { Lately, Notice, NoticeLane } from './notice-store.ts'

/** What tells people; a code and a notice go by the same gateways. */
export type NoticeWay = 'email' | 'sms'

/** What is not delivered by then is nobody's news any more. */
const DEADLINE_SECONDS = 24 * 3600
/** After the n-th try, so that a server which takes what it says it does not take shows a person eight copies at most. */
const RETRY_SECONDS = [60, 300, 900, 3600, 4 * 3600] as const
const RETRY_SECONDS_LAST = 8 * 3600

/** Of one person, of whom a directory may know many. */
const CONTACTS_MAX: Readonly<Record<NoticeWay, number>> = { email: 5, sms: 2 }

/** When it is due again, where this try does not come to an end either: at the deadline at the latest, to be given up. */
export function nextTry({ at, tries }: Pick<Notice, 'at' | 'tries'>, now: Instant): Instant {
  const next = later(now, RETRY_SECONDS[tries] ?? RETRY_SECONDS_LAST)
  const deadline = later(at, DEADLINE_SECONDS)
  return now < deadline && deadline < next ? deadline : next
}

/** Whether it still is to be told. Asked anew at each try, and the same each time: what was begun counts for all others. */
export function judgeNotice(
  { isMoot, kind, lane, at }: Pick<Notice, 'isMoot' | 'kind' | 'lane' | 'at'>,
  lately: Lately,
  perDayMax: Readonly<Record<NoticeLane, number>>,
  now: Instant,
): 'tell' | 'moot' | 'too-many' | 'undelivered' {
  if (isMoot) return 'moot'
  if (lately.all >= perDayMax[lane]) return 'too-many'
  if (kind === 'codes-unused' && lately.alike > 0) return 'too-many'
  return now >= later(at, DEADLINE_SECONDS) ? 'undelivered' : 'tell'
}

/** An address has an @, and a number has none. */
export const wayTo = (contact: string): NoticeWay => (contact.includes('@') ? 'email' : 'sms')

/**
 * Where the person hears of it: those that were told in vain, else all, of before the change too. A stranger who signs nothing
 * does not get to spend what a text costs.
 */
export function contactsOf(
  { lane, former, remaining }: Pick<Notice, 'lane' | 'former' | 'remaining'>,
  person: Pick<Person, 'emails' | 'phones'> | undefined,
  isReached: (contact: string) => boolean,
): readonly string[] {
  const all = remaining ?? [...former, ...(person?.emails ?? []), ...(person?.phones ?? [])]
  const left = { ...CONTACTS_MAX, ...(lane === 'unsigned' ? { sms: 0 } : {}) }
  return [...new Set(all)].filter((to) => isReached(to) && left[wayTo(to)]-- > 0)
}
