import { Fault, type Instant, instantOf, operatorCodeKindOf } from '../../../kernel/index.ts'
import type { Change, Claim, Found, StepUp, StepUpStore } from '../../../stepup/index.ts'
import { enrolledIn, eventIn, knownBrowsersIn, talliesIn } from '../../rows.ts'
import { operatorCodesIn, takenValues } from '../../rows-codes.ts'
import { settingsIn } from '../../rows-policy.ts'
import { grantsIn } from '../../rows-trust.ts'
import {
  aboutOf,
  changedRow,
  classOf,
  codeUsed,
  ownAnswers,
  stepUpRow,
  UNUSED_MS,
} from '../../to-rows.ts'
import { isUnique } from '../faults.ts'
import { toldOf } from '../parts.ts'
import * as sql from '../statements/step-ups.ts'
import type { Statement, Values } from '../statements.ts'
import { appPorts } from './apps.ts'
import type { PortDeps } from './deps.ts'
import { earnedValues, useValues } from './trust.ts'

export function stepUpStore(deps: PortDeps): StepUpStore {
  const { link, toRows, heard, stepUpRows } = deps
  return {
    async open(stepUp, events, claim, now) {
      const row = stepUpRow(stepUp, 1)
      stepUpRows.wrote(row.value, stepUp)
      const tag = newTag()
      const values = { ...row, tag, ...keepingOf(stepUp), ...toldOf(toRows, events) }
      const opened =
        claim === null
          ? await written(sql.open, values)
          : await written(sql.openClaiming, { ...values, ...claimValues(claim, stepUp), now })
      const answer = opened?.rows[0]
      if (answer?.opened === 1 || answer?.known_tag === tag) {
        const at = { version: 1, value: stepUp, tallies: talliesIn(answer.tallies) }
        return { heard: 'opened', at }
      }
      if (answer?.allowed === 0) return { heard: 'account-gone' }
      const found = await find(stepUp.id)
      if (found !== undefined) return { heard: 'found', at: found }
      if (claim === null) throw new Fault('store.contended', 'a step-up went while it was opened')
      return { heard: 'too-soon', until: await tooSoonUntil(claim, now) }
    },

    async openTrusted(stepUp, events, use) {
      const row = stepUpRow(stepUp, 1)
      stepUpRows.wrote(row.value, stepUp)
      const tag = newTag()
      const values = { ...row, tag, ...keepingOf(stepUp), ...toldOf(toRows, events) }
      const opened = await written(sql.openTrusted, { ...values, ...useValues(use) })
      const answer = opened?.rows[0]
      if (answer?.opened === 1 || answer?.known_tag === tag) {
        const at = { version: 1, value: stepUp, tallies: talliesIn(answer.tallies) }
        return { heard: 'opened', at }
      }
      if (answer?.allowed === 0) return { heard: 'account-gone' }
      const found = await find(stepUp.id)
      return found === undefined ? { heard: 'trust-moved' } : { heard: 'found', at: found }
    },

    find,

    async standing(account) {
      const [row] = await link.read(sql.standing, { account })
      return {
        enrolled: enrolledIn(row?.enrolled ?? '[]'),
        codes: operatorCodesIn(row?.codes ?? '[]'),
        tallies: talliesIn(row?.tallies ?? '[]'),
        settings: settingsIn(row?.settings),
        policyVersion: row?.policy_version ?? 0,
        knownBrowsers: knownBrowsersIn(row?.known_browsers ?? '[]'),
        grants: grantsIn(row?.grants ?? '[]'),
      }
    },

    async replace(change) {
      const values = changeValues(change)
      const { rows, again } = await link.write(sql.replace, values)
      if (rows[0]?.swapped === 1) return 'replaced'
      return (await isOurs(again, values)) ? 'replaced' : 'stale'
    },

    async replan(change) {
      const values = changeValues(change)
      const asked = { ...values, ...keepingOf(change.next) }
      const { rows, again } = await link.write(sql.replan, asked)
      const [answer] = rows
      if (answer?.swapped === 1 || (await isOurs(again, values))) return 'replaced'
      return answer?.allowed === 1 ? 'stale' : 'account-gone'
    },

    async send(change, claim, now) {
      const values = { ...changeValues(change), ...claimValues(claim, change.next), now }
      const { rows, again } = await link.write(sql.send, values)
      if (rows[0]?.swapped === 1 || (await isOurs(again, values))) return 'claimed'
      if (rows[0]?.held !== 1) return 'stale'
      return { heard: 'too-soon', until: await tooSoonUntil(claim, now) }
    },

    async spend(change, counter, rule, now) {
      const { account, factor, lane } = counter
      const { every, seconds, cap } = rule
      const own = ownAnswers(lane, rule)
      const client = change.next.request.client
      const event = {
        ...{ at: now, actor: 'person', stepUp: change.next.id, client, account },
        ...{ event: 'factor.locked', factor, lane, failures: null },
      }
      const values = {
        ...changeValues(change),
        ...{ factor, class: classOf(lane), lane, every, seconds, cap, own, now },
        ...{ locked_id: toRows.spare().id, about: aboutOf(change.next) },
        // Ends with the number of failures, which only the row knows.
        locked_event: JSON.stringify(event).replace(/null\}$/, ''),
      }
      const { rows, again } = await link.write(
        operatorCodeKindOf(factor) === undefined ? sql.spend : sql.spendCode,
        values,
      )
      const spent = rows[0]
      if (spent?.locked_event) heard([eventIn(spent.locked_event)])
      if (spent?.swapped === 1)
        return { heard: 'spent', locked: lockOf(spent, { every, cap, own }) }
      const isSpent = await isOurs(again, values)
      const [tally] = await link.read(sql.tally, values)
      if (isSpent) return { heard: 'spent', locked: lockOf(tally, { every, cap, own }) }
      if (spent?.held !== 1) return { heard: 'stale' }
      if (tally !== undefined && tally.total >= cap && (tally.failures ?? 0) >= own)
        return { heard: 'locked', until: 'operator' }
      const until = tally?.until ?? null
      if (until !== null && now < until) return { heard: 'locked', until: instantOf(until) }
      // Freed in the moment between: whoever asks may try again.
      return { heard: 'stale' }
    },

    async settle(change, counter, judged, earned) {
      const values = changeValues(change)
      if (judged.verdict !== 'accepted') {
        const { rows, again } = await link.write(sql.replace, values)
        return rows[0]?.swapped === 1 || (await isOurs(again, values)) ? 'settled' : 'stale'
      }
      const { factor, lane } = counter
      const used = judged.consumption
      const all = {
        ...{ ...values, factor, lane, class: classOf(lane) },
        ...earnedValues(counter.account, earned),
      }
      const { rows, again } = await ('code' in used
        ? link.write(sql.settleCode, {
            ...{ ...all, ...codeValues(takenValues(used, counter, change)) },
            ...usedValues(change, values.told_ids),
          })
        : link.write(sql.settle, {
            ...{ ...all, ...used, part_expires_at: expiryOf(used.source, change) },
          }))
      if (rows[0]?.swapped === 1 || (await isOurs(again, values))) return 'settled'
      return rows[0]?.held === 1 ? 'used' : 'stale'
    },

    async enrol(change, enrolment, most, earned) {
      const { row, consumed } = toRows.enrolment(enrolment)
      const values = changeValues(change)
      const { id: enrolment_id, account: enrolment_account, ...rest } = row
      const { rows, again } = await link.write(sql.enrol, {
        ...values,
        ...{ enrolment_id, enrolment_account, ...rest, part: consumed.part },
        ...{ ...keepingOf(change.next), most, holder: values.browser },
        ...earnedValues(enrolment.account, earned),
        about: aboutOf(change.next),
      })
      const answer = rows[0]
      if (answer?.swapped === 1 || (await isOurs(again, values))) return 'enrolled'
      if (answer?.allowed !== 1) return 'account-gone'
      if (answer.held !== 1) return 'stale'
      if (answer.taken >= most) return 'full'
      const isGone = most === 1 && row.provenance === 'bind-code' && answer.code_held === 0
      if (isGone) return 'code-gone'
      // Somebody took the place in this very moment: the only one, or the next is looked for.
      return most === 1 ? 'full' : 'stale'
    },

    ...appPorts(deps, { values: changeValues, isOurs }),
  }

  async function find(id: string): Promise<Found | undefined> {
    const [row] = await link.read(sql.find, { id })
    if (row === undefined) return undefined
    const { version, value } = row
    return { version, value: stepUpRows.parse(value), tallies: talliesIn(row.tallies) }
  }

  function newTag(): string {
    return toRows.spare().id
  }

  function changeValues(change: Change) {
    const row = changedRow(change)
    stepUpRows.wrote(row.value, change.next)
    return { ...row, tag: newTag(), ...toldOf(toRows, change.events) }
  }

  /** Undefined where another caller opened it in the same moment. */
  async function written<Row>(statement: Statement<Row>, values: Values) {
    try {
      return await link.write(statement, values)
    } catch (error) {
      if (isUnique(error, 'step_ups_pkey')) return undefined
      throw error
    }
  }

  /**
   * After the connection went before the answer came: whether an earlier try of this very change stands. Where somebody
   * went on from there meanwhile nobody can tell, and nothing is said.
   */
  async function isOurs(
    again: boolean,
    { id, version, tag }: { readonly id: string; readonly version: number; readonly tag: string },
  ): Promise<boolean> {
    if (!again) return false
    const [last] = await link.read(sql.lastWrite, { id })
    if (last?.tag === tag) return true
    if (last !== undefined && last.version > version)
      throw new Fault('store.unavailable', 'what became of a change is not known')
    return false
  }

  async function tooSoonUntil(claim: Claim, now: Instant): Promise<Instant> {
    const { account, channel, lane, rule } = claim
    const [budget] = await link.read(sql.budget, { account, channel, lane })
    if (budget === undefined) return now
    if (now < budget.next_at) return instantOf(budget.next_at)
    return instantOf(budget.window_started_at + rule.windowSeconds * 1000)
  }

  function claimValues({ account, channel, lane, rule }: Claim, stepUp: StepUp) {
    return {
      ...{ claim_account: account, channel, claim_lane: lane },
      ...{ cool_downs: rule.coolDownSeconds, window_ms: rule.windowSeconds * 1000 },
      ...{ sends_max: rule.sendsMax, unused_ms: UNUSED_MS },
      ...{ notice_id: toRows.spare().id, about: aboutOf(stepUp) },
    }
  }
}

/** Of the notice that a code was used. */
function usedValues(change: Change, tellingIds: readonly string[]) {
  const used = codeUsed(change, tellingIds)
  return { notice_id: used?.id ?? null, used_at: used?.at ?? null, about: used?.about ?? null }
}

const codeValues = ({ id, browser, answers_max }: ReturnType<typeof takenValues>) => ({
  ...{ code: id, holder: browser, answers_max },
})

type Counted = { total: number | null; failures: number | null; until: number | null }

/** What the answer that was just counted has locked. */
function lockOf(
  counted: Counted | undefined,
  { every, cap, own }: { readonly every: number; readonly cap: number; readonly own: number },
): Instant | 'operator' | null {
  if (counted === undefined || counted.total === null || counted.failures === null) return null
  if (counted.total >= cap && counted.failures >= own) return 'operator'
  const { until } = counted
  return counted.failures % every === 0 && until !== null ? instantOf(until) : null
}

/** A challenge dies with its step-up; what an enrolment used up stays for as long as the enrolment. */
function expiryOf(source: string, { next }: Change): Instant | null {
  return source.startsWith('chl_') ? next.expiresAt : null
}

const keepingOf = ({ isOurs, isTheirs }: StepUp) => ({ is_ours: isOurs, is_theirs: isTheirs })
