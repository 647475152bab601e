import type { CodeStore, HandedCodes } from '../../src/directories/index.ts'
import { createCodeMaker } from '../../src/factors/operator-code/index.ts'
import type { KeyRing, Random } from '../../src/kernel/index.ts'
import { createSeededRandom, createTestKeys } from './world.ts'

/** What a help desk makes codes with. */
export const codesIn = (
  store: CodeStore,
  keys: KeyRing = createTestKeys(),
  random: Random = createSeededRandom('codes'),
): HandedCodes => ({ store, make: createCodeMaker({ keys, random }) })

/** Where no code is asked for. */
export const NO_CODES: HandedCodes = codesIn({
  give: () => Promise.reject(new Error('no test asks for this')),
  revoke: () => Promise.reject(new Error('no test asks for this')),
})
