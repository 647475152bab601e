import { createSeededRandom } from './world.ts'

/** Chance that can be had again by its seed. */
export type Dice = {
  /** From 0, and less than this. */
  below(limit: number): number
  chance(probability: number): boolean
}

export function createDice(seed: number | string): Dice {
  const random = createSeededRandom(seed)
  const next = () => Buffer.from(random.bytes(4)).readUInt32BE() / 2 ** 32
  return { below: (limit) => next() * limit, chance: (probability) => next() < probability }
}
