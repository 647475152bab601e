/**
 * The words every room speaks: time, chance, ids, factor kinds, results, faults, secrets, keys.
 * Pure and tiny. It imports nothing of ours and knows nothing of step-ups, people or stores.
 */

export { BINDINGS, type Binding } from './binding.ts'
export { type Clock, type Instant, instantOf, later, type Stopwatch, secondsOf } from './clock.ts'
export { DAYS, type Day } from './day.ts'
export {
  FACTOR_KINDS,
  type FactorKind,
  OPERATOR_CODES,
  type OperatorCodeKind,
  operatorCodeKindOf,
} from './factor-kind.ts'
export { Fault, type FaultCode, invariant, never } from './fault.ts'
export { firstOfEach } from './first-of-each.ts'
export { hashOf } from './hash.ts'
export { type Id, type IdKind, newId, parseId } from './ids.ts'
export { inTime } from './in-time.ts'
export { parseJson } from './json.ts'
export {
  createKeyRing,
  framed,
  type KeyRing,
  macOf,
  type Purpose,
  signParts,
  verifyParts,
} from './key-ring.ts'
export { KNOWN_BROWSERS_MAX } from './known-browsers.ts'
export { LOCALES, type Locale, parseLocale } from './locale.ts'
export { type Loop, startLoop } from './loop.ts'
export { isWithin, networksOf } from './networks.ts'
export { APPS_MAX, nameOfApp } from './own-app.ts'
export { type Random, randomToken } from './random.ts'
export { fail, ok, type Result } from './result.ts'
export { Secret } from './secret.ts'
export { createSlots, type Slots } from './slots.ts'
export { createUnderWay, type UnderWay } from './under-way.ts'
