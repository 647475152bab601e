import { createSlots } from './slots.ts'

/** What was begun and has not ended, so that a stop can wait for it. */
export type UnderWay = {
  during<T>(work: Promise<T>): Promise<T>
  count(): number
  /** Settles when nothing is under way any more, however it ended; what begins meanwhile is waited for too. */
  ended(): Promise<void>
}

export function createUnderWay(): UnderWay {
  const running = createSlots<Promise<unknown>>()
  return {
    async during(work) {
      const id = running.put(work)
      try {
        return await work
      } finally {
        running.take(id)
      }
    },
    count: running.count,
    async ended() {
      while (running.count() > 0) await Promise.allSettled(running.values())
    },
  }
}
