/** What was begun and has not ended, so that a stop can wait for it. */
export type UnderWay = {
  during<T>(work: Promise<T>): Promise<T>
  count(): number
  /** Settles when nothing is under way any more, however it ended; what begins meanwhile is waited for too. */
  ended(): Promise<void>
}

export function createUnderWay(): UnderWay {
  const running = new Set<Promise<unknown>>()
  return {
    async during(work) {
      running.add(work)
      try {
        return await work
      } finally {
        running.delete(work)
      }
    },
    count: () => running.size,
    async ended() {
      while (running.size > 0) await Promise.allSettled(running)
    },
  }
}
