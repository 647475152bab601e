import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'

/** Nothing of a request had left when its connection was given up. */
export class NoConnectionError extends Error {
  override readonly name = 'NoConnectionError'
}

type Asking = { isMade: boolean; isSent: boolean }

/**
 * Ends a request that has no connection in time. What the platform's `fetch` tells of itself says whether any of it left; of
 * one that tells nothing nothing is believed, and it has all the time there is.
 */
export function createConnecting(limitMs: number) {
  const asking = new AsyncLocalStorage<Asking>()
  const made = new WeakMap<object, Asking>()
  const onMade = (told: unknown) => {
    const current = asking.getStore()
    const request = requestIn(told)
    if (current === undefined || request === undefined) return
    current.isMade = true
    made.set(request, current)
  }
  const onSent = (told: unknown) => {
    const request = requestIn(told)
    const of = request && made.get(request)
    if (of !== undefined) of.isSent = true
  }
  subscribe('undici:request:create', onMade)
  subscribe('undici:client:sendHeaders', onSent)

  return {
    async within<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
      const of: Asking = { isMade: false, isSent: false }
      const ending = new AbortController()
      const timer = setTimeout(() => {
        if (of.isMade && !of.isSent) ending.abort(new NoConnectionError())
      }, limitMs)
      try {
        return await asking.run(of, () => ask(ending.signal))
      } finally {
        clearTimeout(timer)
      }
    },
    end() {
      unsubscribe('undici:request:create', onMade)
      unsubscribe('undici:client:sendHeaders', onSent)
    },
  }
}

function requestIn(told: unknown): object | undefined {
  if (typeof told !== 'object' || told === null || !('request' in told)) return undefined
  return typeof told.request === 'object' && told.request !== null ? told.request : undefined
}
