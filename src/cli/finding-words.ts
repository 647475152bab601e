import { printable } from './printable.ts'

const WIDTH = 14

type Weighs = 'wrong' | 'mind'

/** What was looked at, what was seen of it, and what is to be done. `more`: lines below what is said, as they stand. */
export function examinedBlock(of: {
  readonly title: string
  readonly facts: readonly { readonly what: string; readonly is: string }[]
  readonly findings: readonly {
    readonly weighs: Weighs
    readonly says: string
    readonly more: readonly string[]
  }[]
}): string {
  const width = Math.max(WIDTH, ...of.facts.map(({ what }) => what.length + 2))
  return [
    of.title,
    ...of.facts.map(({ what, is }) => `  ${what.padEnd(width)}${printable(is)}`),
    ...of.findings.flatMap(({ weighs, says, more }) => [
      `  ${weighs === 'wrong' ? 'WRONG' : 'MIND'}: ${printable(says)}`,
      ...more.map((line) => `    ${printable(line)}`),
    ]),
    '',
  ].join('\n')
}

/** `meanwhile`: what comes of it as long as something is wrong. */
export function summaryOf(wrong: number, toMind: number, meanwhile: string): string {
  if (wrong > 0) return `${countOf(wrong, 'thing')} wrong; ${meanwhile}.`
  return toMind === 0 ? 'All is well.' : `It works; ${countOf(toMind, 'thing')} to look at.`
}

const countOf = (count: number, what: string): string =>
  count === 1 ? `1 ${what}` : `${count} ${what}s`
