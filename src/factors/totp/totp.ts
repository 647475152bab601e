import { createGuardrails, verifySync } from 'otplib'
import { type Instant, secondsOf } from '../../kernel/index.ts'
import {
  type AppCode,
  type Enrolment,
  type Factor,
  type Judged,
  rejected,
} from '../../stepup/index.ts'
import type { TotpStore } from './totp-store.ts'

export function createTotp({ store }: { readonly store: TotpStore }): Factor {
  return {
    kind: 'totp',
    async question({ account, offered }) {
      const all = account === null ? [] : await store.find(account)
      // What would not be enough here is no answer here, and what came later was not asked for.
      const apps = offered.flatMap((offer) =>
        offer.use === 'ask' && offer.app !== null ? [offer.app] : [],
      )
      const asked = all.filter(({ id }) => apps.some(({ enrolment }) => enrolment === id))
      return {
        // As the page asks for it, also when what it asks for was taken away meanwhile.
        parse: (given) => parsed(given, apps),
        runsOutAt: null,
        judge: (code, now) => judgeAll(asked, code, now),
      }
    },
  }
}

function parsed(given: unknown, apps: readonly AppCode[]): string | undefined {
  const lengths = new Set(apps.map(({ digits }) => digits))
  return [...lengths].map((digits) => parseCode(given, digits)).find((code) => code !== undefined)
}

/** Any of them will do; what it is worth is that of the one whose code it is. */
function judgeAll(enrolments: readonly Enrolment[], code: string, now: Instant): Judged {
  const verdicts = enrolments
    .filter(({ digits }) => digits === code.length)
    .map((enrolment) => judge(enrolment, code, now))
  return verdicts.find(({ verdict }) => verdict === 'accepted') ?? rejected
}

const CODE = { 6: /^[0-9]{6}$/, 8: /^[0-9]{8}$/ } as const

/** No trimming, no other digits. What is not a code costs no attempt. */
export function parseCode(given: unknown, digits: keyof typeof CODE): string | undefined {
  return typeof given === 'string' && CODE[digits].test(given) ? given : undefined
}

function judge(enrolment: Enrolment, code: string, now: Instant): Judged {
  const timeStep = matchingStep(enrolment, code, now)
  if (timeStep === undefined) return rejected

  // RFC 6238 §5.2: a code is good once. `settle` says which of two simultaneous uses was first.
  const { id, provenance } = enrolment
  return {
    verdict: 'accepted',
    consumption: { source: id, part: timeStep },
    enrolledBy: provenance,
  }
}

// Shorter secrets come in by an import that was told to allow them, and nowhere else.
const guardrails = createGuardrails({ MIN_SECRET_BYTES: 10 })

/** The time step that the code belongs to: the present one or the one before, and newer than any that was used. */
export function matchingStep(
  of: Pick<Enrolment, 'secret' | 'algorithm' | 'digits' | 'periodSeconds' | 'usedTimeStep'>,
  code: string,
  now: Instant,
): number | undefined {
  const { secret, algorithm, digits, periodSeconds, usedTimeStep } = of
  const epoch = secondsOf(now)
  const present = Math.floor(epoch / periodSeconds)
  if (usedTimeStep >= present) return undefined // otplib throws when the clock has gone back

  const match = verifySync({
    secret: secret.reveal(),
    token: code,
    algorithm,
    digits,
    period: periodSeconds,
    epoch, // otplib would ask the system clock
    epochTolerance: [periodSeconds, 0], // one step back; a bare number also takes the next one
    afterTimeStep: usedTimeStep,
    guardrails,
  })
  return match.valid ? present + match.delta : undefined
}
