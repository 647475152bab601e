import { fail, type Result } from '../kernel/index.ts'

/** Somebody else changed the same person between our look and our change. */
export const STALE = fail(['somebody else is changing this person; look at them, and try again'])

const TRIES_MAX = 5

/** Looks and changes anew while somebody else was quicker: what they changed stays, as far as we do not change it ourselves. */
export async function changing<T>(
  once: () => Promise<Result<T, readonly string[]>>,
): Promise<Result<T, readonly string[]>> {
  let answer = await once()
  for (let tries = 1; tries < TRIES_MAX && isStale(answer); tries++) answer = await once()
  return answer
}

const isStale = (answer: Result<unknown, readonly string[]>): boolean =>
  !answer.ok && answer === STALE
