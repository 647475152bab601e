import type { ShownCode } from '../stepup/index.ts'

type Told = Pick<ShownCode, 'kind' | 'state' | 'answers' | 'madeBy'> & {
  readonly madeAt: string
  readonly expiresAt: string
}

/** That a code was handed out and what became of it, for a terminal; never the code. */
export function codeWords({ kind, state, answers, madeBy, madeAt, expiresAt }: Told): string {
  const made = `made by ${madeBy.replace('operator:', '')} at ${madeAt}`
  const wrong = answers === 0 ? '' : `, ${answers} wrong`
  switch (state) {
    case 'live':
      return `${kind} good until ${expiresAt}${wrong}, ${made}`
    case 'expired':
      return `${kind} ran out at ${expiresAt}${wrong}, ${made}`
    case 'dead':
      return `${kind} is dead after ${answers} wrong answers, ${made}`
    case 'used-before':
      return `${kind} was used, ${made}`
  }
}

const timeOf = (at: number): string => new Date(at).toISOString()

export const shownCodeWords = ({ madeAt, expiresAt, ...code }: ShownCode): string =>
  codeWords({ ...code, madeAt: timeOf(madeAt), expiresAt: timeOf(expiresAt) })
