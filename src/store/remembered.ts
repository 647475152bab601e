/**
 * What was parsed or written lately, by its very text. A step-up reads the same request four times within seconds, and
 * checking a row costs more than fetching it. Text that differs in a single character is parsed anew, so a row that
 * somebody else changed is never taken for the one before. Values are never changed by anybody.
 */
export type Remembered<T extends object> = {
  parse(json: string): T
  /** Our own text of a moment ago. */
  wrote(json: string, value: T): void
}

export function createRemembered<T extends object>(
  parse: (json: string) => T,
  max: number,
): Remembered<T> {
  let young = new Map<string, T>()
  let old = new Map<string, T>()

  return {
    parse(json) {
      const known = young.get(json) ?? old.get(json)
      if (known !== undefined) return known
      const value = parse(json)
      keep(json, value)
      return value
    },
    wrote: keep,
  }

  /** Two generations: what is not met again is dropped with its whole generation, without any bookkeeping. */
  function keep(json: string, value: T): void {
    if (young.size >= max / 2) {
      old = young
      young = new Map()
    }
    young.set(json, value)
  }
}
