import { type Evidence, type Operation, type Proof, twice } from './history.ts'
import { limits } from './limits.ts'
import { records } from './records.ts'

type Answered = Extract<Operation, { asked: 'answer' }>

const RULES: readonly ((evidence: Evidence) => readonly string[])[] = [
  chainIsWhole,
  nothingAcceptedTwice,
  nothingOlderAfterNewer,
  oneTokenForACode,
  ...limits,
  ...records,
]

/** What broke, in words; empty where everything held. Pure: it asks nobody. */
export const whatBroke = (evidence: Evidence): readonly string[] =>
  RULES.flatMap((rule) => rule(evidence))

function chainIsWhole({ chain }: Evidence): readonly string[] {
  return /^The chain is whole: .* 0 events not yet sealed/.test(chain) ? [] : [`audit: ${chain}`]
}

/** By what pages said, and by what the audit says of those who never heard how it ended. */
function nothingAcceptedTwice({ history, audit, mails }: Evidence): readonly string[] {
  const answers = history.filter((one): one is Answered => one.asked === 'answer')
  const faults: string[] = []
  const used = new Map<string, Set<string>>()
  for (const { event } of audit) {
    if (event.event !== 'answer.judged' || event.verdict !== 'accepted') continue
    const { stepUp, factor } = event
    const typed = answers.filter((one) => one.stepUp === stepUp && one.factor === factor)
    const accepted = typed.filter(({ heard }) => heard === 'accepted')
    const unheard = typed.filter(({ heard, proof }) => heard !== 'wrong' && proof !== null)
    const proofs = distinct((accepted.length > 0 ? accepted : unheard).map(({ proof }) => proof))
    const [proof] = proofs
    if (proof === undefined)
      faults.push(`${stepUp}: accepted without an answer that could be right`)
    // Where two codes were typed and neither was heard of, nobody can tell which it was.
    if (proof === undefined || proofs.length > 1) continue
    used.set(nameOf(proof), (used.get(nameOf(proof)) ?? new Set()).add(stepUp))
  }
  for (const [name, stepUps] of used)
    if (stepUps.size > 1) faults.push(`${name} was accepted in ${[...stepUps].join(' and ')}`)

  for (const { heard, stepUp, proof } of answers) {
    if (heard !== 'accepted') continue
    if (proof === null) faults.push(`${stepUp}: a code was accepted that nobody ever had`)
    if (proof?.of !== 'mail') continue
    const isTheirs = mails.some((mail) => mail.stepUp === stepUp && mail.code === proof.code)
    if (!isTheirs) faults.push(`${stepUp}: the code of ${proof.stepUp} was accepted`)
  }
  return faults
}

/** Of two that were accepted one after the other, the second is the newer. */
function nothingOlderAfterNewer({ history }: Evidence): readonly string[] {
  const steps = history.flatMap((one) =>
    one.asked === 'answer' && one.heard === 'accepted' && one.proof?.of === 'app'
      ? [{ ...one, timeStep: one.proof.timeStep }]
      : [],
  )
  return steps.flatMap((second) =>
    steps
      .filter((first) => first.who === second.who && first.endedAt < second.startedAt)
      .filter((first) => first.timeStep >= second.timeStep)
      .map((first) => `${second.who}: ${second.timeStep} was accepted after ${first.timeStep}`),
  )
}

function oneTokenForACode({ history }: Evidence): readonly string[] {
  const tokens = history.flatMap((one) =>
    one.asked === 'redeem' && one.heard === 'token' ? [one] : [],
  )
  return [
    ...twice(tokens.map(({ code }) => code)).map(() => 'a code gave two tokens'),
    ...twice(tokens.map(({ stepUp }) => `${stepUp}`)).map((id) => `${id} gave two tokens`),
    ...twice(tokens.map(({ idToken }) => idToken)).map(() => 'an ID token came twice'),
  ]
}

const nameOf = (proof: Proof | null): string =>
  proof === null
    ? 'a code that nobody had'
    : proof.of === 'app'
      ? `time step ${proof.timeStep} of ${proof.who}`
      : `the code mailed for ${proof.stepUp}`

function distinct(proofs: readonly (Proof | null)[]): readonly (Proof | null)[] {
  return [...new Map(proofs.map((proof) => [nameOf(proof), proof])).values()]
}
