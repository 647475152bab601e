import type { Stopwatch } from '../kernel/index.ts'

/** Times every call of a port, under `room.operation`, whether it succeeds or fails. Methods are wrapped once. */
function timed<T extends object>(
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

/** Each of these ports timed, under its own name. */
export function timedPorts<T extends Readonly<Record<string, object>>>(
  ports: T,
  observe: (operation: string, seconds: number) => void,
  stopwatch: Stopwatch,
): T {
  const all = Object.entries(ports).map(([room, port]) => [
    room,
    timed(room, port, observe, stopwatch),
  ])
  // Name by name what came in: `Object.fromEntries` forgets it.
  return Object.fromEntries(all) as T
}

/** Every operation of these ports, for the closed set of label values. */
export const operationsOf = (ports: Readonly<Record<string, object>>): readonly string[] =>
  Object.entries(ports).flatMap(([room, port]) =>
    Object.keys(port).map((name) => `${room}.${name}`),
  )
