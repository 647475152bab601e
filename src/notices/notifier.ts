import type { AuditEvent } from '../audit/index.ts'
import type { NoticeChannel } from '../channels/index.ts'
import type { Answer } from '../directories/index.ts'
import { type Clock, Fault, type Id, type Locale, later } from '../kernel/index.ts'
import { contactsOf, judgeNotice, type NoticeWay, nextTry, wayTo } from './judge.ts'
import type { Lately, Notice, NoticeEnd, NoticeLane, NoticeStore } from './notice-store.ts'

const DAY_SECONDS = 24 * 3600
const BATCH = 10

export type NotifierDeps = {
  readonly store: NoticeStore
  readonly ways: ReadonlyMap<NoticeWay, Way>
  /** Nobody gets an account by being told. Throws a Fault where it is not certain now. */
  readonly find: (whose: NonNullable<Notice['whose']>) => Promise<Answer>
  /** At most so many a day. What nobody signed is a stranger's to bring about, so it fills no mailbox. */
  readonly perDayMax: Readonly<Record<NoticeLane, number>>
  /** Names the browser in words of ours; what it says of itself is anybody's text. */
  readonly browserName: (userAgent: string | null) => string | null
  /** `own`: what an operator set for the person alone; `everybodys`: of the policy in force. */
  readonly languageOf: (
    account: Id<'account'>,
  ) => Promise<{ readonly own: Locale | null; readonly everybodys: Locale }>
  readonly clock: Clock
  /** Whether it is this process that sends. */
  readonly isHeld: () => boolean
  readonly heard: (events: readonly AuditEvent[]) => void
}

export type Way = {
  readonly channel: NoticeChannel
  readonly mask: (contact: string) => string
  /** Whether it may be sent there at all. */
  readonly reaches: (contact: string) => boolean
}

/** Sends what is due, one after the other: nobody waits for it. */
export function createNotifier(deps: NotifierDeps): () => Promise<void> {
  const { store, ways, find, perDayMax, browserName, clock, isHeld, heard } = deps

  return async () => {
    if (!isHeld()) return
    for (const seen of await store.due(clock.now(), BATCH)) {
      // Whoever lost the lease meanwhile leaves the rest to who has it.
      if (!isHeld()) return
      const now = clock.now()
      const lately = await store.claim(seen, nextTry(seen, now), later(now, -DAY_SECONDS))
      if (lately !== 'taken') await told({ ...seen, tries: seen.tries + 1 }, lately)
    }
  }

  async function told(notice: Notice, lately: Lately): Promise<void> {
    const verdict = judgeNotice(notice, lately, perDayMax, clock.now())
    if (verdict === 'moot') return end(notice, { state: 'dropped' }, [])
    if (verdict !== 'tell') return drop(notice, verdict)
    const person = await personOf(notice)
    if (person === 'unknown') return
    const contacts = contactsOf(notice, person, (to) => ways.get(wayTo(to))?.reaches(to) === true)
    if (contacts.length === 0) return drop(notice, 'no-contact')

    const { about, lane, kind, factor, at, id, account } = notice
    const { own, everybodys } = await deps.languageOf(account)
    const words = {
      ...{ id, kind, factor, at, isOperators: lane === 'operator' },
      username: about?.username ?? person?.username ?? '',
      // Their own comes first: a language that somebody else asked for may be none that they read.
      locale: own ?? person?.locale ?? about?.locale ?? everybodys,
      from: { browser: browserName(about?.userAgent ?? null), ip: about?.ip ?? null },
    }
    const reached: string[] = []
    const waiting: string[] = []
    for (const to of contacts) {
      const outcome = await ways.get(wayTo(to))?.channel.tell({ ...words, to })
      if (outcome === 'accepted') reached.push(to)
      if (outcome === 'failed') waiting.push(to)
    }
    const events = reached.length === 0 ? [] : [sentEvent(notice, reached)]
    if (waiting.length > 0) return end(notice, { state: 'waiting', remaining: waiting }, events)
    if (reached.length === 0) return drop(notice, 'undelivered')
    return end(notice, { state: 'told', at: clock.now() }, events)
  }

  /** Asked anew at each try: a person who moved is told where they are. 'unknown': a directory is down, and asked again. */
  async function personOf({ whose }: Notice) {
    if (whose === null) return undefined
    try {
      const answer = await find(whose)
      return answer.found === 'person' ? answer.person : undefined
    } catch (error) {
      if (error instanceof Fault) return 'unknown'
      throw error
    }
  }

  function drop(notice: Notice, why: 'too-many' | 'no-contact' | 'undelivered'): Promise<void> {
    return end(notice, { state: 'dropped' }, [{ ...of(notice), event: 'notice.dropped', why }])
  }

  async function end(notice: Notice, to: NoticeEnd, events: readonly AuditEvent[]): Promise<void> {
    if ((await store.settle(notice, to, events)) === 'settled') heard(events)
  }

  function sentEvent(notice: Notice, reached: readonly string[]): AuditEvent {
    const channels = [...new Set(reached.map(wayTo))]
    const to = reached.map((contact) => ways.get(wayTo(contact))?.mask(contact) ?? '')
    return { ...of(notice), event: 'notice.sent', channels, to }
  }

  function of({ account, kind, factor, lane }: Notice) {
    const at = clock.now()
    return { at, actor: 'system', account, notice: kind, factor, lane } as const
  }
}
