import type { FactorKind } from '../kernel/index.ts'

/** One assurance level that clients may ask for. */
export type Rung = {
  readonly value: string
  readonly factors: readonly FactorKind[]
  /** How the factor must have come to be; null: in any way. `contact` stands for every channel, `factor` for every kind. */
  readonly enrolledBy: readonly string[] | null
}

/** The acr values of this installation, weakest first. */
export type Ladder = {
  /** Those that some enabled factor can meet, weakest first: `acr_values_supported`. */
  readonly values: readonly string[]
  /** The first wanted value that was met, else the strongest met; undefined when the factor meets no rung at all. */
  choose(wanted: readonly string[], factor: FactorKind, provenance: string): string | undefined
  /** Whether what it meets is that rung or a stronger one; of a value that is no rung: 'weaker'. */
  reaches(least: string, factor: FactorKind, provenance: string): 'reached' | 'weaker'
}

export function createLadder(rungs: readonly Rung[], enabled: readonly FactorKind[]): Ladder {
  const [first] = rungs
  const meetable = rungs.filter(({ factors }) => factors.some((kind) => enabled.includes(kind)))
  const meets = (rung: Rung, factor: FactorKind, provenance: string): boolean => {
    // Whoever is let past their own factors proves the least that there is, whatever the rungs name.
    const isNamed = factor === 'bypass-code' ? rung === first : rung.factors.includes(factor)
    if (!isNamed) return false
    const { enrolledBy } = rung
    return enrolledBy === null || enrolledBy.includes(provenance.split(':', 1)[0] ?? '')
  }

  return {
    values: meetable.map(({ value }) => value),
    choose(wanted, factor, provenance) {
      const met = meetable.filter((rung) => meets(rung, factor, provenance))
      const values = met.map(({ value }) => value)
      return wanted.find((value) => values.includes(value)) ?? values.at(-1)
    },
    reaches(least, factor, provenance) {
      const from = rungs.findIndex(({ value }) => value === least)
      const isMet = rungs.some((rung, at) => at >= from && meets(rung, factor, provenance))
      return from >= 0 && isMet ? 'reached' : 'weaker'
    },
  }
}

/** RFC 8176, and a word of our own for a code that no factor of the person's made. `mfa` is never claimed: the first factor was somebody else's to see. */
const AMR = {
  totp: ['otp'],
  sms: ['sms', 'otp'],
  email: ['otp'],
  dingtalk: ['otp'],
  webauthn: ['swk', 'user'],
  'recovery-code': ['otp'],
  'bind-code': ['otp'],
  'bypass-code': ['bypass'],
} as const satisfies Record<FactorKind, readonly string[]>

export const amrOf = (factor: FactorKind): readonly string[] => AMR[factor]
