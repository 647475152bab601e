import { Trouble } from '../trouble.ts'

/** What the system, or TLS, calls it. */
export function codeOf(error: unknown): string {
  if (error instanceof Trouble) return error.blame
  // Several addresses were tried: the first speaks for all.
  const one = error instanceof AggregateError ? error.errors[0] : error
  return one instanceof Error && 'code' in one ? String(one.code) : 'unknown'
}
