import type { Instant } from '../../../kernel/index.ts'

/** `2030-01-01 12:00:00 UTC`: for who compares it with another. */
export const writtenTime = (at: Instant): string =>
  new Date(at)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC')

const UNITS = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
] as const

/** As long as it takes to understand it: `3 days`, `59 s`. */
export function spanOf(seconds: number): string {
  const length = Math.abs(Math.round(seconds))
  const [size, unit] = UNITS.find(([at]) => length >= 2 * at) ?? [1, 's']
  return unit === 's' ? `${length} s` : `${Math.round(length / size)} ${unit}s`
}
