/**
 * Who is asked, and what an answer is worth: the effective policy of a person at a client, and the acr ladder.
 * Pure. It never sees a step-up, never looks anybody up and never decides whether an answer is right.
 */
export { amrOf, createLadder, type Ladder, type Rung } from './ladder.ts'
export { createPolicy, type Effective, type Policy } from './policy.ts'
