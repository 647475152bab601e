import type { AuditEvent } from '../audit/index.ts'
import type { NoticeChannel } from '../channels/index.ts'
import type { Answer, Query } from '../directories/index.ts'
import { type Clock, Fault, type Instant, type Locale, later } from '../kernel/index.ts'
import type { Notice, NoticeEnd, NoticeLane, NoticeStore } from './notice-store.ts'

/** What is not delivered by then is nobody's news any more. */
const DEADLINE_SECONDS = 24 * 3600
const DAY_SECONDS = 24 * 3600
const BATCH = 10
/** After the n-th try; the last repeats. Of one that was cut off as well. */
const RETRY_SECONDS = [60, 300, 900, 3600] as const
/** Of one person, of whom a directory may know many. */
const ADDRESSES_MAX = 5

export type NotifierDeps = {
  readonly store: NoticeStore
  /** Null: there is none, and nobody can be told. */
  readonly channel: NoticeChannel | null
  readonly resolve: (query: Query, order: readonly string[]) => Promise<Answer>
  /** At most so many a day. What nobody signed is a stranger's to bring about, so it fills no mailbox and uses up no other's budget. */
  readonly perDayMax: Readonly<Record<NoticeLane, number>>
  readonly mask: (address: string) => string
  /** Names the browser in words of ours; what it says of itself is anybody's text. */
  readonly browserName: (userAgent: string | null) => string | null
  readonly language: Locale
  readonly clock: Clock
  /** Whether it is this process that sends. */
  readonly isHeld: () => boolean
  readonly heard: (events: readonly AuditEvent[]) => void
}

/** Whom a notice is for: addresses, and how to speak to them. 'unknown': not certain now. */
type Reader =
  | { readonly to: readonly string[]; readonly username: string; readonly locale: Locale }
  | 'unknown'

/** Sends what is due, one after the other: nobody waits for it. */
export function createNotifier(deps: NotifierDeps): () => Promise<void> {
  const { store, channel, resolve, perDayMax, mask, browserName, clock, isHeld, heard } = deps

  return async () => {
    if (!isHeld()) return
    const now = clock.now()
    for (const seen of await store.due(now, later(now, -DAY_SECONDS), BATCH)) {
      // Whoever lost the lease meanwhile leaves the rest to who has it.
      if (!isHeld()) return
      const seconds = RETRY_SECONDS[Math.min(seen.tries, RETRY_SECONDS.length - 1)] ?? 0
      if ((await store.claim(seen, later(clock.now(), seconds))) === 'taken') continue
      await tell({ ...seen, tries: seen.tries + 1 })
    }
  }

  async function tell(notice: Notice): Promise<void> {
    if (notice.isMoot) return end(notice, { state: 'dropped' }, [])
    if (isTooMuch(notice)) return drop(notice, 'too-many')
    const isLate = clock.now() >= later(notice.at, DEADLINE_SECONDS)
    if (isLate) return drop(notice, 'undelivered')
    const reader = await readerOf(notice)
    if (reader === 'unknown') return
    if (channel === null || reader.to.length === 0) return drop(notice, 'no-contact')

    const { kind, factor, at, lane } = notice
    const from = {
      browser: browserName(notice.about?.userAgent ?? null),
      ip: notice.about?.ip ?? null,
    }
    const told: string[] = []
    const waiting: string[] = []
    for (const to of reader.to) {
      const { username, locale } = reader
      const words = { kind, factor, at, username, locale, from, isOperators: lane === 'operator' }
      const { outcome } = await channel.tell({ ...words, id: notice.id, to })
      if (outcome === 'accepted') told.push(to)
      if (outcome === 'failed') waiting.push(to)
    }
    const events = told.length === 0 ? [] : [sentEvent(notice, told.map(mask))]
    if (waiting.length > 0) return end(notice, { state: 'waiting', remaining: waiting }, events)
    if (told.length === 0) return drop(notice, 'undelivered')
    return end(notice, { state: 'told', at: clock.now() }, events)
  }

  function isTooMuch({ kind, lane, lately, latelyLike, remaining }: Notice): boolean {
    // Begun, so some were told already and the others are as well.
    if (remaining !== null) return false
    return lately >= perDayMax[lane] || (kind === 'codes-unused' && latelyLike > 0)
  }

  /** Asked anew at each try: a person who moved is told where they are. A directory that is down is asked again. */
  async function readerOf(notice: Notice): Promise<Reader> {
    const { whose, former, remaining, about } = notice
    const words = { username: about?.username ?? '', locale: about?.locale ?? deps.language }
    if (remaining !== null && about !== null) return { ...words, to: remaining }
    const answer = whose === null ? undefined : await ask(whose)
    if (answer === 'fault') return 'unknown'
    const person = answer?.found === 'person' ? answer.person : undefined
    const all = remaining ?? [...former, ...(person?.emails ?? [])]
    return {
      to: [...new Set(all)].slice(0, ADDRESSES_MAX),
      username: about?.username ?? person?.username ?? '',
      locale: about?.locale ?? person?.locale ?? deps.language,
    }
  }

  async function ask({ directory, immutableId: value }: NonNullable<Notice['whose']>) {
    try {
      return await resolve({ by: 'immutableId', directory, value }, [directory])
    } catch (error) {
      if (error instanceof Fault) return 'fault'
      throw error
    }
  }

  function drop(notice: Notice, why: 'too-many' | 'no-contact' | 'undelivered'): Promise<void> {
    const event = { ...aboutOf(notice, clock.now()), event: 'notice.dropped', why } as const
    return end(notice, { state: 'dropped' }, [event])
  }

  async function end(notice: Notice, to: NoticeEnd, events: readonly AuditEvent[]): Promise<void> {
    if ((await store.settle(notice, to, events)) === 'settled') heard(events)
  }

  function sentEvent(notice: Notice, to: readonly string[]): AuditEvent {
    return { ...aboutOf(notice, clock.now()), event: 'notice.sent', channel: 'email', to }
  }
}

const aboutOf = ({ account, kind, factor, lane }: Notice, at: Instant) =>
  ({ at, actor: 'system', account, notice: kind, factor, lane }) as const
