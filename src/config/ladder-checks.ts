import type { FactorKind } from '../kernel/index.ts'
import type { Finding, Sound } from './cross-checks.ts'
import { enrolledByOf } from './schema/assurance.ts'

/** How a factor comes to be: the words of `enrolledBy`. */
type Provenance = string

type Settled = {
  readonly factors: readonly FactorKind[]
  readonly firstEnrolment: 'contact' | 'bindCode' | 'open'
  /** What a code may be sent by before the first enrolment. */
  readonly firstProofs: readonly FactorKind[]
  readonly rungs: readonly {
    readonly factors: readonly FactorKind[]
    readonly enrolledBy: readonly Provenance[] | null
  }[]
}

/** A contact is the operator's word, kept in a directory. */
const CONTACT = 'operator'

/**
 * A ladder may look natural and yet lock everybody out. So each enabled factor is held against the rungs with the
 * provenances that it can really have here, as `Ladder.choose` does it while people wait.
 */
export function ladderChecks(
  { factors, firstEnrolment, acr }: Sound,
  firstProofs: readonly FactorKind[],
): readonly Finding[] {
  if (factors === undefined || firstEnrolment === undefined || acr === undefined) return []
  const enabled = factors.flatMap((kind) => kind ?? [])
  const rungs = acr.flatMap((rung, index) =>
    rung === undefined ? [] : [{ factors: rung.factors, enrolledBy: enrolledByOf(rung, index) }],
  )
  if (enabled.length < factors.length || rungs.length < acr.length) return []
  const settled: Settled = { factors: enabled, firstEnrolment, firstProofs, rungs }
  return [...onNoRung(settled), ...neverMet(settled), ...unusableEnrolment(settled)]
}

/** Which of the factors that are sent have a channel; email where none is known to have one, as it is the usual one. */
export function firstProofsOf(channels: Channels | undefined): readonly FactorKind[] {
  if (channels === undefined) return ['email', 'sms']
  const hasEmail = channels.email !== undefined && channels.email !== null
  if (channels.sms.length === 0) return ['email']
  return hasEmail ? ['email', 'sms'] : ['sms']
}

type Channels = { readonly email?: object | null | undefined; readonly sms: readonly object[] }

/** A factor on no rung proves nothing that could be said in a token. */
function onNoRung({ factors, rungs }: Settled): Finding[] {
  return factors.flatMap((kind, index) =>
    rungs.some((rung) => rung.factors.includes(kind))
      ? []
      : [{ path: ['factors', index], says: 'is on no rung of acr', wanted: `a rung with ${kind}` }],
  )
}

/** A rung that names a factor and asks for what that factor never comes to be by. */
function neverMet({ factors, firstEnrolment, rungs }: Settled): Finding[] {
  return rungs.flatMap(({ factors: named, enrolledBy }, index) => {
    if (enrolledBy === null) return []
    const lost = factors.flatMap((kind) => {
      const ways = provenancesOf(kind, firstEnrolment)
      const isLost = named.includes(kind) && !ways.some((way) => enrolledBy.includes(way))
      return isLost ? [{ kind, ways }] : []
    })
    return lost.map(({ kind, ways }) => ({
      path: ['acr', index, 'enrolledBy'],
      says: `can never be met by ${kind}`,
      wanted: `${listed(ways)} among them (${originOf(kind)}), or a rung without ${kind}`,
    }))
  })
}

/** Who comes with a password alone must get in by the enrolment, and by what was enrolled every time after it. */
function unusableEnrolment({ factors, firstEnrolment, firstProofs, rungs }: Settled): Finding[] {
  if (!factors.includes('totp')) return []
  // The ladder leaves out a rung on which no enabled factor stands.
  const live = rungs.filter((rung) => rung.factors.some((kind) => factors.includes(kind)))
  const isMet = (kind: FactorKind, by: Provenance) =>
    live.some(
      (rung) =>
        rung.factors.includes(kind) && (rung.enrolledBy === null || rung.enrolledBy.includes(by)),
    )
  const path = ['firstEnrolment']
  const kinds = firstProofs.join(' or ')
  if (firstEnrolment === 'contact' && !firstProofs.some((kind) => isMet(kind, CONTACT)))
    return [
      {
        path,
        says: `is contact, and no rung of acr takes the code by ${kinds} that comes first`,
        wanted: `${kinds} beside an enabled factor, on a rung whose enrolledBy is left out or holds \`operator\``,
      },
    ]
  // With a code asked for by itself nobody is shut out, though what they set up is never asked for.
  const isSpared =
    firstEnrolment === 'contact' && firstProofs.some((kind) => factors.includes(kind))
  const enrolledBy = provenanceOf(firstEnrolment)
  if (isSpared || isMet('totp', enrolledBy)) return []
  return [
    {
      path,
      says: `is ${firstEnrolment}, and no rung of acr takes an OTP app that was enrolled so`,
      wanted: `a rung with totp whose enrolledBy is left out on the first rung or holds \`${enrolledBy}\``,
    },
  ]
}

function provenancesOf(kind: FactorKind, firstEnrolment: Settled['firstEnrolment']): Provenance[] {
  return kind === 'totp' ? [provenanceOf(firstEnrolment), 'operator', 'import'] : [CONTACT]
}

const provenanceOf = (first: Settled['firstEnrolment']): Provenance =>
  first === 'bindCode' ? 'bind-code' : first

const originOf = (kind: FactorKind) =>
  kind === 'totp' ? 'how an OTP app comes to be here' : 'what an address in a directory counts as'

const listed = (words: readonly string[]) => words.map((word) => `\`${word}\``).join(' or ')
