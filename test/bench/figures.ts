/** Name, figure, and what it is held to. */
export type Row = readonly [string, string, string]

/** What a run has come to: for people, and by the names that programs ask for. */
export type Outcome = {
  readonly figures: Readonly<Record<string, number>>
  readonly rows: readonly Row[]
}

export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits))
}

export const lineOf = ([name, figure, note]: Row): string =>
  `${name.padEnd(26)}${figure.padStart(12)}   ${note}`.trimEnd()
