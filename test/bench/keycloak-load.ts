import { setTimeout } from 'node:timers/promises'
import { timeStepNow } from '../support/load.ts'
import type { Way } from './keycloak-realm.ts'
import { goOn, type Signing, signIn } from './keycloak-walk.ts'

/** People with a live session each. A code of an app is good once, at Keycloak and at Sallyport: who has used theirs waits for the next. */
export type Crowd = {
  /** So many of them, so many at a time. Says how long each took; throws with what went wrong at the first that fails. */
  run(way: Way | 'password', count: number, workers: number): Promise<readonly number[]>
}

const WAIT_MS = 20

export function createCrowd(people: readonly Signing[]): Crowd {
  const idle = people.map((signing) => ({ signing, used: new Map<string, number>() }))

  return {
    async run(way, count, workers) {
      const times: number[] = []
      let left = count
      await Promise.all(Array.from({ length: workers }, worker))
      return times

      async function worker(): Promise<void> {
        while (left-- > 0) {
          const one = await free(way)
          const from = performance.now()
          await (way === 'password' ? signIn(one.signing) : goOn(one.signing, way))
          times.push(performance.now() - from)
          one.used.set(way, timeStepNow())
          idle.push(one)
        }
      }
    },
  }

  /** The one who has done nothing for longest. */
  async function free(way: string) {
    for (;;) {
      const now = timeStepNow()
      const at = idle.findIndex(({ used }) => way === 'sso' || (used.get(way) ?? 0) < now)
      const [one] = at < 0 ? [] : idle.splice(at, 1)
      if (one !== undefined) return one
      await setTimeout(WAIT_MS)
    }
  }
}
