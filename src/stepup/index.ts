/**
 * The step-up itself: who is asked (resolve), what is asked (plan), whether it may be skipped (trust), and
 * the machine that spends attempts and takes verdicts. `decide` is the only place where a step-up changes.
 * It owns budgets, deadlines, locks and the order of things; it knows no protocol, no page, no SQL, no gateway.
 */

export { createDeliver, type Deliver } from './deliver.ts'
export type { Step } from './ends.ts'
export { type Consumption, type Factor, type Judged, type Question, rejected } from './factor.ts'
export { createMarks } from './last-choice.ts'
export { createLimits, type Limits } from './limits.ts'
export { createLocks } from './locks.ts'
export { createLookUpPerson } from './look-up-person.ts'
export { NOBODY } from './looked.ts'
export { createMake, type Make } from './make.ts'
export type { Earns, Lead, Move, Planned } from './move.ts'
export { type Browser, createOpen, type Open, type OpenDeps, type Opened } from './open.ts'
export {
  CODE_ANSWERS_MAX,
  type CodeRefusal,
  type OperatorCode,
  type OperatorCodeFacts,
  type ShownCode,
  shownCodes,
  stateOfCode,
} from './operator-code.ts'
export { type Plan, type Prospect, planFor, prospectsOf } from './plan.ts'
export type { CodeSender, Enroller, Resolve } from './ports.ts'
export { type Said, type Seen, seenOf, type Tries } from './seen.ts'
export type {
  AppCode,
  Asked,
  Block,
  Challenged,
  Held,
  Lane,
  LaneClass,
  Lookup,
  Offer,
  Pending,
  Proof,
  Proven,
  Provenance,
  Refusal,
  Sent,
  StepUp,
  StepUpRequest,
} from './step-up.ts'
export type {
  App,
  Change,
  Chosen,
  Claim,
  Counter,
  Earned,
  Enrolment,
  Found,
  KnownBrowser,
  LockRule,
  SendRule,
  Standing,
  StepUpStore,
  Tally,
} from './step-up-store.ts'
export { createStepUps, type StepUps, type Whose } from './step-ups.ts'
export { createSurvey, type Survey } from './survey.ts'
export { type Override, overrideOf, wantedOf } from './trusted.ts'
export { CONTACT, type Reach } from './ways.ts'
