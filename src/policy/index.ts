/**
 * Who is asked, and what an answer is worth: the effective policy of a person at a client, and the acr ladder.
 * Its decisions are pure. It says what must be kept of what operators change, and never sees a step-up, never looks anybody
 * up and never decides whether an answer is right.
 */
export { amrOf, createLadder, type Ladder, type Rung } from './ladder.ts'
export { createPolicies, type Policies } from './policies.ts'
export { createPolicy, type Effective, type Policy, type Reasons, type Source } from './policy.ts'
export type { AppliedPolicy, OwnSettings, PolicyStore } from './policy-store.ts'
export type { Circumstances } from './rules.ts'
export type {
  PersonSettings,
  PolicySettings,
  Rule,
  TimeWindow,
} from './settings.ts'
