import type { Stopwatch } from '../kernel/index.ts'

/** Times every call of a port, under `room.operation`, whether it succeeds or fails. Methods are wrapped once. */
export function timed<T extends object>(
  room: string,
  port: T,
  observe: (operation: string, seconds: number) => void,
  stopwatch: Stopwatch,
): T {
  const wrapped = new Map<PropertyKey, unknown>()
  return new Proxy(port, {
    get(target, name, receiver) {
      const known = wrapped.get(name)
      if (known !== undefined) return known
      const method: unknown = Reflect.get(target, name, receiver)
      if (typeof method !== 'function') return method
      const operation = `${room}.${String(name)}`
      const timing = async (...given: readonly unknown[]): Promise<unknown> => {
        const since = stopwatch.seconds()
        try {
          return await Reflect.apply(method, target, given)
        } finally {
          observe(operation, stopwatch.seconds() - since)
        }
      }
      wrapped.set(name, timing)
      return timing
    },
  })
}

/** The operations that a port has, for the closed set of label values. */
export const operationsOf = (room: string, port: object): readonly string[] =>
  Object.keys(port).map((name) => `${room}.${name}`)
