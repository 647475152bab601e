import type { AuditEvent } from '../../src/audit/index.ts'
import type { Evidence } from './history.ts'

/** As docs/threat-model.md promises. */
const OF_A_CHALLENGE = 5
const IN_A_ROW = 10
const CAP = 50

/** Guesses are counted as the audit tells them: `answer.spent` comes before anybody looks at the answer. */
export const limits = [ofAChallenge, toldWrong, inARow] as const

function ofAChallenge({ audit }: Evidence): readonly string[] {
  const spent = new Map<string, number>()
  const faults: string[] = []
  for (const { event } of audit) {
    if (event.event === 'step-up.challenged') spent.set(event.stepUp, 0)
    if (event.event !== 'answer.spent') continue
    const count = (spent.get(event.stepUp) ?? 0) + 1
    spent.set(event.stepUp, count)
    if (count > OF_A_CHALLENGE) faults.push(`${event.stepUp}: ${count} answers to one challenge`)
  }
  return faults
}

function toldWrong({ history }: Evidence): readonly string[] {
  const wrong = new Map<string, number>()
  for (const one of history)
    if (one.asked === 'answer' && one.heard === 'wrong')
      wrong.set(one.challenge, (wrong.get(one.challenge) ?? 0) + 1)
  return [...wrong].flatMap(([challenge, count]) =>
    count > OF_A_CHALLENGE ? [`${challenge}: ${count} times a page said that it was wrong`] : [],
  )
}

type Tally = { failures: number; lockedUntil: number | 'operator' }

/** Of an account and a factor, between two successes; and what the database has counted in the end. */
function inARow({ audit, before, after }: Evidence): readonly string[] {
  const tallies = new Map<string, Tally>()
  const faults: string[] = []
  for (const { account, factor, failures } of before)
    tallies.set(`${account} ${factor}`, { failures, lockedUntil: 0 })

  for (const { event } of audit) {
    if (!('account' in event && 'factor' in event) || event.account === null) continue
    const key = `${event.account} ${event.factor}`
    const tally = tallies.get(key) ?? { failures: 0, lockedUntil: 0 }
    tallies.set(key, tally)
    const fault = counted(tally, event)
    if (fault !== undefined) faults.push(`${key}: ${fault}`)
  }

  const kept = new Map(after.map((one) => [`${one.account} ${one.factor}`, one.failures]))
  for (const key of new Set([...kept.keys(), ...tallies.keys()])) {
    const failures = tallies.get(key)?.failures ?? 0
    if ((kept.get(key) ?? 0) !== failures)
      faults.push(`${key}: ${kept.get(key) ?? 0} are counted of ${failures} in a row`)
  }
  return faults
}

/** What is wrong with it, if anything. */
function counted(tally: Tally, event: AuditEvent): string | undefined {
  switch (event.event) {
    case 'answer.spent': {
      const { lockedUntil } = tally
      const isPaused = lockedUntil === 'operator' || event.at < lockedUntil
      const isUnlocked = isDue(tally) && lockedUntil === 0
      tally.failures++
      if (isPaused) return 'an answer was taken during the pause'
      // Paused in the same change that counts, so nothing comes in between.
      if (isUnlocked) return `no pause after ${tally.failures - 1} in a row`
      if (tally.failures > CAP) return `${tally.failures} answers in a row`
      if (lockedUntil !== 0) tally.lockedUntil = 0
      return undefined
    }
    case 'factor.locked':
      tally.lockedUntil = event.until
      if (event.failures === tally.failures && isDue(tally)) return undefined
      return `paused after ${event.failures}, and there were ${tally.failures} in a row`
    case 'answer.judged':
      if (event.verdict === 'accepted') Object.assign(tally, { failures: 0, lockedUntil: 0 })
      return undefined
    case 'factor.unlocked':
      Object.assign(tally, { failures: 0, lockedUntil: 0 })
      return undefined
    default:
      return undefined
  }
}

const isDue = ({ failures }: Tally): boolean =>
  failures > 0 && (failures % IN_A_ROW === 0 || failures >= CAP)
