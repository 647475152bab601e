import { PERIOD_SECONDS, timeStepNow, usernameOf } from '../support/load.ts'

export const PREFIX = 'crash'
const TAKEN_MAX = 200

export type Somebody = { readonly username: string; readonly timeStep: number }

/** In turn: somebody, and the present time step, in which they have not come yet; a good code is good once. */
export function createQueue(people: number): () => Promise<Somebody> {
  const last = new Map<number, number>()
  let at = 0

  return async () => {
    for (;;) {
      const timeStep = timeStepNow()
      for (let tried = 0; tried < Math.min(people, TAKEN_MAX); tried++) {
        const index = at++ % people
        if ((last.get(index) ?? 0) >= timeStep) continue
        last.set(index, timeStep)
        return { username: usernameOf(PREFIX, index), timeStep }
      }
      const left = (timeStep + 1) * PERIOD_SECONDS * 1000 - Date.now()
      await new Promise((resolve) => setTimeout(resolve, Math.max(left, 1)))
    }
  }
}
