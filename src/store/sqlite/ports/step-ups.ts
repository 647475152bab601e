import type { AuditEvent } from '../../../audit/index.ts'
import { type Instant, instantOf } from '../../../kernel/index.ts'
import type { Change, Claim, Found, StepUp, StepUpStore } from '../../../stepup/index.ts'
import { appsIn, enrolledIn, eventIn, knownBrowsersIn, talliesIn } from '../../rows.ts'
import { operatorCodesIn, takenValues } from '../../rows-codes.ts'
import { settingsIn } from '../../rows-policy.ts'
import { grantsIn, trustUseRow } from '../../rows-trust.ts'
import { aboutOf, changedRow, codeUsed, earnedRow, stepUpRow } from '../../to-rows.ts'
import type { FoundMessage, Keeping } from '../operations.ts'
import type { PortDeps } from './deps.ts'

export function stepUpStore(deps: PortDeps): StepUpStore {
  const { writer, reader, toRows, heard, stepUpRows } = deps
  return {
    async open(stepUp, events, claim, now) {
      const of = { ...first(stepUp, events), claim: claimOf(claim), notice: noticeOf(stepUp), now }
      const answer = await writer.call('stepUps.open', of)
      switch (answer.heard) {
        case 'opened':
          return opened(stepUp, answer.tallies)
        case 'found':
          return { heard: 'found', at: foundIn(answer.at) }
        case 'account-gone':
          return { heard: 'account-gone' }
        case 'too-soon':
          return { heard: 'too-soon', until: instantOf(answer.until) }
      }
    },

    async openTrusted(stepUp, events, use) {
      const of = { ...first(stepUp, events), use: trustUseRow(use) }
      const answer = await writer.call('stepUps.openTrusted', of)
      switch (answer.heard) {
        case 'opened':
          return opened(stepUp, answer.tallies)
        case 'found':
          return { heard: 'found', at: foundIn(answer.at) }
        default:
          return { heard: answer.heard }
      }
    },

    async find(id) {
      const row = await reader.read((reads) => reads.stepUp.get({ id }))
      return row && foundIn(row)
    },

    async standing(account) {
      const row = await reader.read((reads) => reads.standing.get({ account }))
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

    replace(change) {
      // A verdict is a verdict, whichever way it is kept.
      const isVerdict = change.events.some(({ event }) => event === 'answer.judged')
      const durability = isVerdict ? 'durable' : 'ordered'
      return writer.call('stepUps.replace', messageOf(change), durability)
    },

    replan(change) {
      const keeping = keepingOf(change.next)
      return writer.call('stepUps.replan', { change: messageOf(change), keeping })
    },

    async send(change, claim, now) {
      const of = {
        change: messageOf(change),
        claim: { ...claim },
        notice: noticeOf(change.next),
        now,
      }
      const answer = await writer.call('stepUps.send', of)
      if (typeof answer === 'string') return answer
      return { heard: 'too-soon', until: instantOf(answer.until) }
    },

    async spend(change, counter, rule, now) {
      const { client } = change.next.request
      const about = aboutOf(change.next)
      const spare = toRows.spare()
      const of = { change: messageOf(change), counter, rule, now, client, about, spare }
      const answer = await writer.call('stepUps.spend', of)
      switch (answer.heard) {
        case 'spent':
          if (answer.event !== null) heard([eventIn(answer.event)])
          return { heard: 'spent', locked: answer.locked === null ? null : untilIn(answer.locked) }
        case 'locked':
          return { heard: 'locked', until: untilIn(answer.until) }
        case 'stale':
          return { heard: 'stale' }
      }
    },

    settle(change, counter, judged, earned) {
      const used = judged.verdict === 'accepted' ? judged.consumption : null
      const taken = used !== null && 'code' in used ? takenValues(used, counter, change) : null
      const consumed =
        used !== null && 'source' in used
          ? { ...used, expires_at: expiryOf(used.source, change) }
          : null
      const message = messageOf(change)
      const notice = codeUsed(
        change,
        message.told.map(({ id }) => id),
      )
      const of = { change: message, counter, consumed, taken, notice }
      return writer.call('stepUps.settle', { ...of, earned: earnedRow(counter.account, earned) })
    },

    enrol(change, enrolment, most, earned) {
      const keeping = keepingOf(change.next)
      const of = {
        ...{ change: messageOf(change), keeping, enrolment: toRows.enrolment(enrolment) },
        ...{ most, earned: earnedRow(enrolment.account, earned), about: aboutOf(change.next) },
      }
      return writer.call('stepUps.enrol', of)
    },

    async apps(account) {
      const row = await reader.read((reads) => reads.apps.get({ account }))
      return appsIn(row?.apps ?? '[]')
    },

    renameApp(change, { account, enrolment: id, name }) {
      return writer.call('stepUps.renameApp', { change: messageOf(change), account, id, name })
    },

    async removeApp(change, { account, enrolment: id, instead, at }) {
      const ending = { at, actor: 'person', spare: toRows.spare() }
      const about = aboutOf(change.next)
      const of = { change: messageOf(change), account, id, instead, ending, about }
      const answer = await writer.call('stepUps.removeApp', of)
      if (answer.events.length > 0) heard(answer.events.map(eventIn))
      return answer.heard
    },
  }

  /** What is kept of a step-up that is about to be opened. */
  function first(stepUp: StepUp, events: readonly AuditEvent[]) {
    const row = stepUpRow(stepUp, 1)
    stepUpRows.wrote(row.value, stepUp)
    return { change: { row, told: toRows.told(events) }, keeping: keepingOf(stepUp) }
  }

  function opened(value: StepUp, tallies: string) {
    return { heard: 'opened', at: { version: 1, value, tallies: talliesIn(tallies) } } as const
  }

  function noticeOf(stepUp: StepUp) {
    return { ...toRows.spare(), about: aboutOf(stepUp) }
  }

  function foundIn({ version, value, tallies }: FoundMessage): Found {
    return { version, value: stepUpRows.parse(value), tallies: talliesIn(tallies) }
  }

  function messageOf(change: Change) {
    const row = changedRow(change)
    stepUpRows.wrote(row.value, change.next)
    return { row, told: toRows.told(change.events) }
  }
}

const claimOf = (claim: Claim | null) => claim && { ...claim }

/** A challenge dies with its step-up; what an enrolment used up stays for as long as the enrolment. */
function expiryOf(source: string, { next }: Change): Instant | null {
  return source.startsWith('chl_') ? next.expiresAt : null
}

function untilIn(until: number | 'operator'): Instant | 'operator' {
  return until === 'operator' ? until : instantOf(until)
}

/** Not the whole step-up, which goes along as a row. */
const keepingOf = ({ isOurs, isTheirs }: StepUp): Keeping => ({ isOurs, isTheirs })
