import { invariant } from './fault.ts'

/**
 * What is under way, where it comes and goes hundreds of times a second. For everything else a Map or a Set does. V8 replaces
 * the table of one whenever entries fill it, deleted ones included, which with few of them is every few additions. The
 * replaced table keeps what was in it and points to the next. Once one lies in the old heap, so do all that follow, and
 * what was under way at each replacement stays until a full collection: half of all requests, under load.
 */
export type Slots<T> = {
  /** Finds it until it is taken. */
  put(value: T): number
  /** Undefined once it was taken. */
  get(id: number): T | undefined
  take(id: number): T | undefined
  takeAll(): readonly T[]
  values(): readonly T[]
  count(): number
}

/** More than are ever there at once. */
const SLOTS_MAX = 2 ** 20
/** An id comes again after so many others, and is an exact integer. */
const TURNS = 2 ** 32

/** @param turn how many were put before. */
export function createSlots<T extends object>(turn = 0): Slots<T> {
  const slots: ({ readonly id: number; readonly value: T } | undefined)[] = []
  const free: number[] = []
  let turns = turn

  return {
    put(value) {
      const at = free.pop() ?? slots.length
      invariant(at < SLOTS_MAX, 'fewer are under way than there are slots')
      turns = (turns + 1) % TURNS
      const id = turns * SLOTS_MAX + at
      slots[at] = { id, value }
      return id
    },
    get,
    take,
    takeAll() {
      const all = values()
      for (const slot of slots) if (slot !== undefined) take(slot.id)
      return all
    },
    values,
    count: () => slots.length - free.length,
  }

  function get(id: number): T | undefined {
    const slot = slots[id % SLOTS_MAX]
    return slot?.id === id ? slot.value : undefined
  }

  function take(id: number): T | undefined {
    const value = get(id)
    if (value === undefined) return undefined
    slots[id % SLOTS_MAX] = undefined
    free.push(id % SLOTS_MAX)
    return value
  }

  function values(): readonly T[] {
    return slots.flatMap((slot) => (slot === undefined ? [] : [slot.value]))
  }
}
