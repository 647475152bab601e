import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import type { LockRule } from '../../../stepup/index.ts'
import { classOf, ownAnswers, UNUSED_MS } from '../../to-rows.ts'
import type {
  ChangeMessage,
  ClaimMessage,
  ConsumedMessage,
  NoticeMessage,
  Operations,
} from '../operations.ts'
import type { AppOperations } from '../operations-apps.ts'
import { columns, given, prepare, type Query } from '../statements.ts'
import { foundStepUp, talliesOf } from '../tallies.ts'
import { createEnrolments } from './enrolments.ts'
import { createIsGone } from './is-gone.ts'
import { createKnownBrowsers } from './known-browsers.ts'
import { createNotices } from './notices.ts'
import { createOperatorCodes } from './operator-codes.ts'
import { createSwap } from './swap.ts'
import { createTell } from './tell.ts'
import { createGrants } from './trust.ts'

type StepUpOperations = Pick<
  Operations,
  Exclude<Extract<keyof Operations, `stepUps.${string}`>, keyof AppOperations>
>

/**
 * Runs in the writer. Synchronous, so nothing comes between the statements; every 'no' precedes the first write,
 * so that there is nothing to undo.
 */
export function stepUpWrites(db: Database, query: Query): StepUpOperations {
  const tell = createTell(db, query)
  const enrolments = createEnrolments(db, query)
  const isGone = createIsGone(db, query)
  const browsers = createKnownBrowsers(db, query)
  const grants = createGrants(db, query)
  const codes = createOperatorCodes(db, query)
  const notices = createNotices(db, query)
  const swap = createSwap(db, query)
  const { find, insert, tallies, locks, count, reset, budget, claimed, freed } = prepared(db, query)

  return {
    'stepUps.open'({ change, keeping, claim, notice, now }) {
      const at = find.get({ id: change.row.id })
      if (at !== undefined) return { heard: 'found', at }
      if (isGone(change.row.account, keeping)) return { heard: 'account-gone' }
      const until = claim === null ? null : claimMessage(claim, notice, now)
      if (until !== null) return { heard: 'too-soon', until }
      return opened(change)
    },

    'stepUps.openTrusted'({ change, keeping, use }) {
      const at = find.get({ id: change.row.id })
      if (at !== undefined) return { heard: 'found', at }
      if (isGone(change.row.account, keeping)) return { heard: 'account-gone' }
      if (grants.use(use) === 'moved') return { heard: 'trust-moved' }
      return opened(change)
    },

    'stepUps.replace': (change) => (swap(change) ? 'replaced' : 'stale'),

    'stepUps.replan'({ change, keeping }) {
      if (isGone(change.row.account, keeping)) return 'account-gone'
      return swap(change) ? 'replaced' : 'stale'
    },

    'stepUps.send'({ change, claim, notice, now }) {
      const next = nextBudget(claim, now)
      if ('until' in next) return { heard: 'too-soon', until: next.until }
      if (!swap(change)) return 'stale'
      claimedAs(next, claim, notice, now)
      return 'claimed'
    },

    'stepUps.spend'({ change, counter, rule, now, client, about, spare }) {
      const { total, failures, locked_until } = locks.get(counter) ?? NONE
      const own = ownAnswers(counter.lane, rule)
      if (total >= rule.cap && failures >= own) return { heard: 'locked', until: 'operator' }
      if (locked_until !== null && now < locked_until)
        return { heard: 'locked', until: locked_until }
      if (!swap(change)) return { heard: 'stale' }
      const counted = failures + 1
      const until = counted % rule.every === 0 ? lockEnd(rule, counted, now) : null
      count.run({ ...counter, failures: counted, locked_until: until ?? locked_until })
      codes.count(counter)
      const locked = total + 1 >= rule.cap && counted >= own ? 'operator' : until
      if (locked === null) return { heard: 'spent', locked, event: null }

      const { id: stepUp, account } = change.row
      const { factor, lane } = counter
      const event = JSON.stringify({
        ...{ at: now, actor: 'person', stepUp, client, account, event: 'factor.locked' },
        ...{ factor, lane, failures: counted, until: locked },
      })
      tell([{ id: spare.id, event }])
      notices.add({
        ...{ id: spare.id, account: counter.account, lane: classOf(lane), kind: 'locked' },
        ...{ factor, at: now, about },
      })
      return { heard: 'spent', locked, event }
    },

    'stepUps.settle'({ change, counter, consumed, taken, earned, notice }) {
      if (consumed !== null && isUsed(consumed)) return 'used'
      if (taken !== null && !codes.isGood(taken)) return 'used'
      if (!swap(change)) return 'stale'
      if (consumed === null && taken === null) return 'settled'
      if (consumed !== null) enrolments.consume(consumed)
      if (taken !== null) codes.take(taken)
      const { account, factor } = counter
      if (notice !== null)
        notices.add({ ...notice, account, lane: 'proven', kind: 'code-used', factor })
      reset.run(counter)
      freed.run({ account: counter.account, channel: counter.factor, lane: classOf(counter.lane) })
      if (earned !== null) {
        browsers.know(counter.account, earned)
        browsers.untally(counter)
        if (earned.grant !== null) grants.add(earned.grant)
      }
      return 'settled'
    },

    'stepUps.enrol'({ change, keeping, enrolment: { row, consumed }, most, earned, about }) {
      const { id, account, provenance, factor, at } = row
      if (isGone(account, keeping)) return 'account-gone'
      const places = enrolments.of(row).map(({ place }) => place)
      if (places.length >= most) return 'full'
      const { browser } = change.row
      const needsCode = provenance === 'bind-code' && most === 1
      if (needsCode && !codes.isHeld({ account, browser })) return 'code-gone'
      if (!swap(change)) return 'stale'
      codes.end({ account, kind: 'bind-code' })
      const free = Array.from({ length: most }, (_, n) => n + 1).find((n) => !places.includes(n))
      enrolments.add({ row: { ...row, place: free ?? row.place }, consumed })
      // What was earned with fewer factors than there are now is earned again.
      grants.end(account)
      if (earned !== null) browsers.know(account, earned)
      if (earned?.grant) grants.add(earned.grant)
      notices.add({ id, account, lane: 'proven', kind: 'enrolled', factor, at, about })
      return 'enrolled'
    },
  }

  function opened({ row, told }: ChangeMessage) {
    insert.run(row)
    tell(told)
    const found = tallies.get({ account: row.account })?.tallies
    return { heard: 'opened', tallies: found ?? '[]' } as const
  }

  function isUsed({ source, part }: ConsumedMessage): boolean {
    // What was taken away is worth nothing any more.
    if (source.startsWith('enr_') && !enrolments.isThere(source)) return true
    return (enrolments.usedPart(source) ?? Number.NEGATIVE_INFINITY) >= part
  }

  /** Claims one message at once; else says until when it may not be sent. */
  function claimMessage(claim: ClaimMessage, notice: NoticeMessage, now: number): number | null {
    const next = nextBudget(claim, now)
    if ('until' in next) return next.until
    claimedAs(next, claim, notice, now)
    return null
  }

  /** Whoever used up all messages in vain may be somebody else; the person is told, unless a code is typed after all. */
  function claimedAs(
    next: Exclude<ReturnType<typeof nextBudget>, { until: number }>,
    { account, channel: factor, lane, rule }: ClaimMessage,
    { id, about }: NoticeMessage,
    now: number,
  ): void {
    claimed.run(next)
    if (next.sends < rule.sendsMax) return
    const kind = 'codes-unused'
    notices.add({ id, account, lane, kind, factor, at: now, about, next_at: now + UNUSED_MS })
  }

  function nextBudget({ account, channel, lane, rule }: ClaimMessage, now: number) {
    const { coolDownSeconds, windowSeconds, sendsMax } = rule
    const before = budget.get({ account, channel, lane })
    if (before !== undefined && now < before.next_at) return { until: before.next_at }
    const windowEnd = (before?.window_started_at ?? 0) + windowSeconds * 1000
    const isSame = before !== undefined && now < windowEnd
    const sends = isSame ? before.sends + 1 : 1
    if (sends > sendsMax) return { until: windowEnd }
    const coolDown = coolDownSeconds[Math.min(sends, coolDownSeconds.length) - 1] ?? 0
    const window_started_at = isSame ? before.window_started_at : now
    const cooled = now + coolDown * 1000
    // After the last of a window it says when the next one begins, so that the row alone tells how long it takes.
    const next_at =
      sends < sendsMax ? cooled : Math.max(cooled, window_started_at + windowSeconds * 1000)
    return { account, channel, lane, window_started_at, sends, next_at }
  }
}

const NONE = { total: 0, failures: 0, locked_until: null }

/** The n-th lock takes the n-th time, and the last time again from there on. */
function lockEnd({ every, seconds }: LockRule, failures: number, now: number): number {
  const nth = Math.min(failures / every, seconds.length)
  return now + (seconds[nth - 1] ?? 0) * 1000
}

function prepared(db: Database, query: Query) {
  const ofCounter = (names: readonly ('account' | 'factor' | 'lane')[]) =>
    sql.join(
      names.map((name) => sql`${sql.ref(name)} = ${given(name)}`),
      sql` and `,
    )
  return {
    find: prepare(db, foundStepUp(query)),
    insert: prepare(
      db,
      query
        .insertInto('step_ups')
        .values(columns('id', 'version', 'account', 'browser', 'state', 'expires_at', 'value')),
    ),
    tallies: prepare(db, query.selectNoFrom(talliesOf(given('account')).as('tallies'))),
    locks: prepare(
      db,
      query
        .selectFrom('counters')
        .select((eb) => [
          eb.fn.coalesce(eb.fn.sum<number>('failures'), eb.lit(0)).as('total'),
          sql<number>`coalesce(max(failures) filter (where lane = ${given('lane')}), 0)`.as(
            'failures',
          ),
          sql<number | null>`max(locked_until) filter (where lane = ${given('lane')})`.as(
            'locked_until',
          ),
        ])
        .where(sql<boolean>`${ofCounter(['account', 'factor'])}`)
        .where(sql<boolean>`(lane = 'unsigned') = (${given('lane')} = 'unsigned')`),
    ),
    count: prepare(
      db,
      query
        .insertInto('counters')
        .values(columns('account', 'factor', 'lane', 'failures', 'locked_until'))
        .onConflict((clash) =>
          clash
            .columns(['account', 'factor', 'lane'])
            .doUpdateSet(columns('failures', 'locked_until')),
        ),
    ),
    reset: prepare(
      db,
      query.deleteFrom('counters').where(sql<boolean>`${ofCounter(['account', 'factor', 'lane'])}`),
    ),
    budget: prepare(
      db,
      query
        .selectFrom('send_budgets')
        .select(['window_started_at', 'sends', 'next_at'])
        .where('account', '=', given('account'))
        .where('channel', '=', given('channel'))
        .where('lane', '=', given('lane')),
    ),
    claimed: prepare(
      db,
      query
        .insertInto('send_budgets')
        .values(columns('account', 'channel', 'lane', 'window_started_at', 'sends', 'next_at'))
        .onConflict((clash) =>
          clash
            .columns(['account', 'channel', 'lane'])
            .doUpdateSet(columns('window_started_at', 'sends', 'next_at')),
        ),
    ),
    freed: prepare(
      db,
      query
        .deleteFrom('send_budgets')
        .where('account', '=', given('account'))
        .where('channel', '=', given('channel'))
        .where('lane', '=', given('lane')),
    ),
  }
}
