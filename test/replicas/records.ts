import { type Evidence, type Operation, twice } from './history.ts'

/** What anybody was told is in the audit, once; and it holds nothing twice that is good once. */
export const records = [onceInTheAudit, acknowledged] as const

type Counts = Record<string, number>

/** By the id of the step-up, then by the name of the event; verdicts have names of their own. */
function countsOf({ audit }: Evidence): ReadonlyMap<string, Counts> {
  const counts = new Map<string, Counts>()
  for (const { event } of audit) {
    if (!('stepUp' in event)) continue
    const of = counts.get(event.stepUp) ?? {}
    counts.set(event.stepUp, of)
    const name = event.event === 'answer.judged' ? event.verdict : event.event
    of[name] = (of[name] ?? 0) + 1
  }
  return counts
}

const ONCE = [
  ...['step-up.opened', 'step-up.satisfied', 'accepted', 'factor.enrolled'],
  ...['authorization-code.issued', 'authorization-code.redeemed'],
]

function onceInTheAudit(evidence: Evidence): readonly string[] {
  const faults = twice(evidence.audit.map(({ id }) => id)).map((id) => `event ${id} came twice`)
  for (const [id, of] of countsOf(evidence)) {
    const { accepted = 0, rejected = 0, replayed = 0, 'answer.spent': spent = 0 } = of
    for (const name of ONCE) if ((of[name] ?? 0) > 1) faults.push(`${id}: ${of[name]} ${name}`)
    if (accepted + rejected + replayed > spent) faults.push(`${id}: more verdicts than answers`)
    const proven = accepted + (of['factor.enrolled'] ?? 0)
    if ((of['step-up.satisfied'] ?? 0) > proven) faults.push(`${id}: satisfied by nothing`)
    if ((of['authorization-code.redeemed'] ?? 0) > (of['step-up.satisfied'] ?? 0))
      faults.push(`${id}: redeemed and never satisfied`)
  }
  return faults
}

/** What the audit has to hold at least for what was heard. */
const LEAVES: Readonly<Record<string, string>> = {
  'open page': 'step-up.opened',
  'answer accepted': 'accepted',
  'confirm accepted': 'factor.enrolled',
  'resume code': 'authorization-code.issued',
  'redeem token': 'authorization-code.redeemed',
}

/** No acknowledged write is lost: each left its record, also across kills and the fail-over. */
function acknowledged(evidence: Evidence): readonly string[] {
  const counts = countsOf(evidence)
  const faults: string[] = []
  const wrong = new Map<string, number>()
  for (const one of evidence.history) {
    const { stepUp, heard } = one
    if (stepUp === null) continue
    const left = LEAVES[`${one.asked} ${heard}`]
    if (left !== undefined && counts.get(stepUp)?.[left] !== 1)
      faults.push(`${stepUp}: told "${heard}" of ${one.asked}, and the audit has no ${left}`)
    if (isToldWrong(one)) wrong.set(stepUp, (wrong.get(stepUp) ?? 0) + 1)
  }
  for (const [stepUp, told] of wrong) {
    const { rejected = 0, replayed = 0 } = counts.get(stepUp) ?? {}
    if (told > rejected + replayed)
      faults.push(
        `${stepUp}: told ${told} times that it was wrong, recorded ${rejected + replayed}`,
      )
  }
  return faults
}

const isToldWrong = ({ asked, heard }: Operation): boolean =>
  asked === 'answer' && heard === 'wrong'
