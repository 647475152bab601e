import { z } from 'zod'
import { BINDINGS, FACTOR_KINDS, type Instant } from '../kernel/index.ts'

/**
 * Rows are input too. What is kept as JSON must be exactly what this release writes: a field or a state that it does
 * not know came from another release, and going on without it would drop what that release relied on.
 */
export const text = z.string()
export const texts = z.array(text)
export const instant = z.custom<Instant>((value) => Number.isSafeInteger(value))
export const count = z.int().min(0)
export const factor = z.enum(FACTOR_KINDS)
export const binding = z.enum(BINDINGS)

export function parsed<T>(what: string, schema: z.ZodType<T>, json: string): T {
  const found = schema.safeParse(JSON.parse(json))
  if (found.success) return found.data
  // Paths alone: what the row holds is for nobody's log.
  const where = found.error.issues.map(({ path }) => path.join('.')).join(', ')
  throw new Error(`a row of the store does not hold ${what} of this release: ${where}`)
}
