import Database from 'better-sqlite3'
import type { AuditEvent } from '../../src/audit/index.ts'
import { command, type Installation } from '../bench/installation.ts'
import type { StepUpTold, Told } from './told.ts'

const LOOKS_MAX = 120

/** What broke, in words; empty where everything held. Asked of an installation whose server still runs. */
export function whatBroke(told: Told, installation: Installation): readonly string[] {
  const chain = sealed(installation)
  if (chain !== undefined) return [chain]
  const events = exported(installation)
  return [
    ...told.odd,
    ...acceptedTwice(told),
    ...tokensTwice(told),
    ...notRecorded(told, events),
    ...miscounted(events, installation),
  ]
}

/** Waits until nothing waits for the sealer; undefined once the whole chain is good. */
function sealed({ config }: Installation): string | undefined {
  let said = ''
  for (let look = 0; look < LOOKS_MAX; look++) {
    said = command('audit', 'verify', '--config', config)
    if (!said.startsWith('The chain is whole')) return said
    if (said.includes(' 0 events not yet sealed')) return undefined
  }
  return `what happened is never sealed: ${said}`
}

function exported({ config }: Installation): readonly AuditEvent[] {
  const lines = command('audit', 'export', '--config', config).split('\n')
  return lines.flatMap((line) => (line === '' ? [] : [JSON.parse(line).event]))
}

const keyOf = ({ username, typed }: StepUpTold): string => `${username} at ${typed}`

/** By what pages said: whoever typed one code in several step-ups was let through in one of them at most. */
function acceptedTwice({ stepUps }: Told): readonly string[] {
  const accepted = [...stepUps.values()].filter(({ isAccepted }) => isAccepted)
  return twice(accepted.map(keyOf)).map((key) => `a page took the code of ${key} twice`)
}

function tokensTwice({ stepUps }: Told): readonly string[] {
  const all = [...stepUps.values()].flatMap(({ tokens }) => tokens)
  return [
    ...[...stepUps].flatMap(([id, { tokens }]) =>
      tokens.length > 1 ? [`${id} was redeemed ${tokens.length} times`] : [],
    ),
    ...twice(all).map(() => 'an ID token came twice'),
    ...[...stepUps].flatMap(([id, { tokens, isAccepted }]) =>
      tokens.length > 0 && !isAccepted ? [`${id} was redeemed and never accepted`] : [],
    ),
  ]
}

type OfStepUp = {
  spent: number
  accepted: number
  rejected: number
  satisfied: number
  redeemed: number
}

/** By the audit: what anybody was told is in it, and it holds nothing twice that is good once. */
function notRecorded({ stepUps }: Told, events: readonly AuditEvent[]): readonly string[] {
  const counts = new Map<string, OfStepUp>()
  for (const event of events) {
    if (!('stepUp' in event)) continue
    const none = { spent: 0, accepted: 0, rejected: 0, satisfied: 0, redeemed: 0 }
    const of = counts.get(event.stepUp) ?? none
    counts.set(event.stepUp, of)
    if (event.event === 'answer.spent') of.spent++
    if (event.event === 'answer.judged')
      of[event.verdict === 'accepted' ? 'accepted' : 'rejected']++
    if (event.event === 'step-up.satisfied') of.satisfied++
    if (event.event === 'authorization-code.redeemed') of.redeemed++
  }

  const faults: string[] = []
  const used: string[] = []
  for (const [id, { spent, accepted, rejected, satisfied, redeemed }] of counts) {
    const told = stepUps.get(id)
    if (accepted + rejected > spent) faults.push(`${id}: more verdicts than answers`)
    if (accepted > 1 || satisfied !== accepted || redeemed > accepted)
      faults.push(`${id}: ${accepted} accepted, ${satisfied} satisfied, ${redeemed} redeemed`)
    if (accepted > 0 && (told === undefined || told.typed === null))
      faults.push(`${id}: accepted without a code`)
    else if (accepted > 0 && told !== undefined) used.push(keyOf(told))
  }
  for (const [id, { isAccepted, tokens, wrong }] of stepUps) {
    const of = counts.get(id)
    if (isAccepted && of?.accepted !== 1) faults.push(`${id}: accepted, and the audit has no word`)
    if (tokens.length > 0 && of?.redeemed !== 1) faults.push(`${id}: redeemed without a record`)
    if (wrong > (of?.rejected ?? 0)) faults.push(`${id}: ${wrong} wrong answers, not all recorded`)
  }
  return [...faults, ...twice(used).map((key) => `the audit has the code of ${key} twice`)]
}

/** The tally of each account against what was spent since it last succeeded. */
function miscounted(events: readonly AuditEvent[], { database }: Installation): readonly string[] {
  const failures = new Map<string, number>()
  for (const event of events) {
    if (!('account' in event) || event.account === null) continue
    if (event.event === 'answer.spent')
      failures.set(event.account, (failures.get(event.account) ?? 0) + 1)
    if (event.event === 'answer.judged' && event.verdict === 'accepted')
      failures.delete(event.account)
  }
  const db = new Database(database, { readonly: true })
  const rows = db
    .prepare<[], { account: string; failures: number }>('SELECT account, failures FROM counters')
    .all()
  db.close()
  const kept = new Map(rows.map(({ account, failures: count }) => [account, count]))
  return [...new Set([...kept.keys(), ...failures.keys()])]
    .filter((account) => (kept.get(account) ?? 0) !== (failures.get(account) ?? 0))
    .map((account) => `${account}: ${kept.get(account)} counted of ${failures.get(account)}`)
}

function twice(all: readonly string[]): readonly string[] {
  const seen = new Set<string>()
  return all.filter((one) => seen.size === seen.add(one).size)
}
