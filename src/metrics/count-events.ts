import { Counter, Histogram, type Registry } from 'prom-client'
import type { AuditEvent } from '../audit/index.ts'
import { never, OPERATOR_CODES } from '../kernel/index.ts'
import type { Labels, Sets } from './labels.ts'

const OUTCOMES = [
  ...['opened', 'satisfied', 'trust', 'exempt', 'delegated'],
  ...['refused', 'cancelled', 'expired', 'blocked'],
]
const VERDICTS = ['accepted', 'rejected', 'replayed']
/** A code that was used before is refused as `used-before`. */
const CODES = [
  ...['used', 'none', 'wrong', 'expired', 'dead', 'used-before'],
  ...['held-by-another', 'changed-meanwhile'],
]
const NOTICE_OUTCOMES = ['sent', 'too-many', 'no-contact', 'undelivered']
const SENT = ['accepted', 'recipient-refused', 'failed']

/** From audit events to counters. An event that counts nowhere is listed, so that a new one is decided on. */
export function countEvents(
  registers: Registry[],
  label: Labels,
  sets: Sets,
  buckets: number[],
): (events: readonly AuditEvent[]) => void {
  const stepUps = new Counter({
    ...{ registers, name: 'sallyport_step_ups_total' },
    help: 'Step-ups by how they ended (blocked ones may go on)',
    labelNames: ['client', 'outcome'] as const,
  })
  const duration = new Histogram({
    ...{ registers, buckets, name: 'sallyport_step_up_duration_seconds' },
    help: 'From opening to proof',
    labelNames: ['client', 'factor'] as const,
  })
  const answers = new Counter({
    ...{ registers, name: 'sallyport_answers_total', help: 'Answers by verdict' },
    labelNames: ['factor', 'verdict'] as const,
  })
  const sent = new Counter({
    ...{ registers, name: 'sallyport_codes_sent_total', help: 'Messages by what the gateway said' },
    labelNames: ['channel', 'provider', 'outcome'] as const,
  })
  const lockouts = new Counter({
    ...{ registers, name: 'sallyport_lockouts_total', help: 'Lanes of factors that were locked' },
    labelNames: ['factor'] as const,
  })
  const enrolments = new Counter({
    ...{
      registers,
      name: 'sallyport_enrolments_total',
      help: 'Factors set up, imported, removed or reset',
    },
    labelNames: ['factor', 'outcome'] as const,
  })

  const codes = new Counter({
    ...{ registers, name: 'sallyport_operator_codes_total' },
    help: 'Codes that operators handed out, as they were given: taken, or why not',
    labelNames: ['kind', 'outcome'] as const,
  })
  const notices = new Counter({
    ...{ registers, name: 'sallyport_notices_total' },
    help: 'What people were told of besides codes, by what became of it',
    labelNames: ['kind', 'outcome'] as const,
  })

  // A series that begins with its first event has no rate: Prometheus never saw it at 0.
  for (const client of sets.clients)
    for (const outcome of OUTCOMES) stepUps.inc({ client, outcome }, 0)
  for (const factor of sets.factors) {
    lockouts.inc({ factor }, 0)
    for (const verdict of VERDICTS) answers.inc({ factor, verdict }, 0)
    for (const outcome of ['enrolled', 'imported', 'removed', 'reset'])
      if (!sets.channels.includes(factor)) enrolments.inc({ factor, outcome }, 0)
  }
  for (const kind of OPERATOR_CODES) {
    lockouts.inc({ factor: kind }, 0)
    for (const verdict of VERDICTS) answers.inc({ factor: kind, verdict }, 0)
    for (const outcome of CODES) codes.inc({ kind, outcome }, 0)
  }
  for (const channel of sets.channels)
    for (const provider of sets.providers)
      for (const outcome of SENT) sent.inc({ channel, provider, outcome }, 0)

  for (const kind of sets.noticeKinds)
    for (const outcome of NOTICE_OUTCOMES) notices.inc({ kind, outcome }, 0)

  return (events) => events.forEach(count)

  function count(event: AuditEvent): void {
    switch (event.event) {
      case 'step-up.opened':
        return void stepUps.inc({ client: label.client(event.client), outcome: 'opened' })
      case 'step-up.satisfied': {
        const client = label.client(event.client)
        stepUps.inc({ client, outcome: event.how === 'factor' ? 'satisfied' : event.how })
        if (event.factor !== null)
          duration.observe({ client, factor: label.factor(event.factor) }, event.seconds)
        return
      }
      case 'step-up.refused':
      case 'step-up.cancelled':
      case 'step-up.expired':
      case 'step-up.blocked': {
        const outcome = event.event.slice('step-up.'.length)
        return void stepUps.inc({ client: label.client(event.client), outcome })
      }
      case 'answer.judged':
        return void answers.inc({ factor: label.factor(event.factor), verdict: event.verdict })
      case 'operator-code.used':
        return void codes.inc({ kind: event.kind, outcome: 'used' })
      case 'operator-code.refused':
        return void codes.inc({ kind: event.kind, outcome: event.why })
      case 'code.sent':
        return void sent.inc({
          ...{ channel: label.factor(event.factor), provider: label.provider(event.provider) },
          outcome: event.outcome,
        })
      case 'factor.locked':
        return void lockouts.inc({ factor: label.factor(event.factor) })
      case 'factor.enrolled':
        return void enrolments.inc({ factor: label.factor(event.factor), outcome: 'enrolled' })
      case 'factor.imported':
        return void enrolments.inc({ factor: label.factor(event.factor), outcome: 'imported' })
      case 'factor.removed':
        return void enrolments.inc({ factor: label.factor(event.factor), outcome: 'removed' })
      case 'factor.reset':
        return void enrolments.inc({ factor: label.factor(event.factor), outcome: 'reset' })
      case 'notice.sent':
        return void notices.inc({ kind: label.noticeKind(event.notice), outcome: 'sent' })
      case 'notice.dropped':
        return void notices.inc({ kind: label.noticeKind(event.notice), outcome: event.why })
      // Steps on the way, and what is counted by its outcome.
      case 'step-up.challenged':
      case 'step-up.other-browser':
      case 'answer.spent':
      // What comes of trust is an outcome of its own: `trust` beside `satisfied`.
      case 'trust.granted':
      case 'trust.used':
      case 'trust.revoked':
      case 'authorization-code.issued':
      case 'authorization-code.redeemed':
      case 'authorization-code.replayed':
      case 'request.refused':
      case 'factor.renamed':
      // An operator's own doing, and Sallyport's with its keys.
      case 'factor.unlocked':
      case 'operator-code.made':
      case 'operator-code.revoked':
      case 'person.added':
      case 'person.changed':
      case 'person.disabled':
      case 'person.enabled':
      case 'person.removed':
      case 'person.erased':
      case 'person.policy-set':
      case 'policy.applied':
      case 'account.contacts-set':
      case 'contacts.revealed':
      // What a directory says of its people.
      case 'account.made':
      case 'account.renamed':
      case 'account.left':
      case 'account.returned':
      case 'account.name-reused':
      case 'field-keys.resealed':
      case 'signing-key.made':
      case 'signing-key.activated':
      case 'signing-key.retired':
      case 'signing-key.removed':
        return
      default:
        never(event)
    }
  }
}
