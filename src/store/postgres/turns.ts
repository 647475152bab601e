import { Fault } from '../../kernel/index.ts'
import type { Deadline } from './pace.ts'

/** So many at once; of the others so many wait, in order of their coming, and the rest is told at once. */
export type Turns = {
  /** Gives it back when it is disposed of. */
  take(deadline: Deadline): Promise<Disposable>
  readonly taken: number
  readonly waiting: number
}

export function createTurns(max: number, waitingMax: number): Turns {
  // Empty unless the pool is: a Set that grows and empties with every statement would keep what it held (kernel/slots.ts).
  const queue = new Set<() => void>()
  let taken = 0

  function give(): Disposable {
    taken += 1
    let isBack = false
    return {
      [Symbol.dispose]() {
        if (isBack) return
        isBack = true
        taken -= 1
        const [next] = queue
        if (next === undefined) return
        queue.delete(next)
        next()
      },
    }
  }

  return {
    async take(deadline) {
      if (taken < max && queue.size === 0) return give()
      if (queue.size >= waitingMax)
        throw new Fault('store.unavailable', `${queue.size} wait for the database already`)
      return await new Promise<Disposable>((resolve, reject) => {
        const turn = () => {
          clearTimeout(timer)
          resolve(give())
        }
        const timer = setTimeout(() => {
          queue.delete(turn)
          reject(new Fault('store.unavailable', 'no connection to the database was free in time'))
        }, deadline.left() * 1000)
        queue.add(turn)
      })
    },
    get taken() {
      return taken
    },
    get waiting() {
      return queue.size
    },
  }
}
