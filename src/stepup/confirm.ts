import { APPS_MAX, type Clock, type Instant, invariant } from '../kernel/index.ts'
import { earnedBy, type Make } from './make.ts'
import { nameGiven } from './name-given.ts'
import type { Enroller } from './ports.ts'
import { proofOf } from './proof-of.ts'
import type { Said, Seen } from './seen.ts'
import type { StepUp } from './step-up.ts'
import type { Change, Found, StepUpStore } from './step-up-store.ts'
import { type Earn, earnsOf } from './trusted.ts'
import { askedBy } from './ways.ts'

type Deps = {
  readonly store: Pick<StepUpStore, 'enrol'>
  readonly make: Make
  readonly enroller: Enroller
  readonly earn: Earn
  readonly clock: Clock
  readonly seen: (at: Found, said: Said) => Seen
  readonly noAnswer: (at: Found, said: 'format') => Promise<Seen>
}

/** A code of the app whose seed is shown, and what the person calls it. */
export type Given = { readonly code: unknown; readonly name: unknown }

/** Makes an OTP app active by its first code. */
export function createConfirm({ store, make, enroller, earn, clock, seen, noAnswer }: Deps) {
  return async (
    at: Found,
    stepUp: Extract<StepUp, { state: 'enrolling' }>,
    given: Given,
  ): Promise<Seen> => {
    const { id, account, pending, proven } = stepUp
    invariant(account !== null, 'who enrols is known')
    const name = nameGiven(given.name)
    if (name === undefined) return seen(at, { said: 'name-refused' })
    const code = enroller.parse(given.code)
    if (code === undefined) return noAnswer(at, 'format')
    const enrolment = enroller.confirm({ stepUp: id, account, pending }, code, clock.now())
    // Where a contact was proven first it is that proof that counts, and the new app may meet no rung at all.
    const proof = pending.credit?.proof ?? proofOf(stepUp, 'totp', pending.enrolment, clock.now())
    // Also of one more beside it: all that was proven here hangs on that code.
    const by = stepUp.offered.some((offer) => askedBy(offer) === 'bind-code') ? 'bind-code' : 'totp'
    const earned = earn(stepUp, by, proof, false)
    const earns = earnsOf(stepUp, earned)
    const move = { move: 'confirm', enrolment: pending.enrolment, proof, earns } as const
    if (enrolment === 'wrong')
      return seen((await make(at, { ...move, confirmed: 'wrong' })).at, { said: 'wrong' })
    // The first is only ever the first: what was proven for it is not what another one takes.
    const most = proven === null ? 1 : APPS_MAX
    const save = (change: Change, now: Instant) =>
      store.enrol(
        change,
        { ...enrolment, name },
        most,
        earnedBy(change.next, { factor: by, to: null }, now, earned?.grant ?? null),
      )
    const made = await make(at, { ...move, confirmed: 'right' }, null, save)
    if (made.made === 'moved') return seen(made.at, { said: 'nothing' })
    if (made.made === 'code-gone') {
      const back = await make(made.at, { move: 'unprove', enrolment: pending.enrolment })
      return seen(back.at, { said: back.made === 'moved' ? 'code-gone' : 'stale' })
    }
    return seen(made.at, { said: made.made === 'full' && most > 1 ? 'apps-full' : 'stale' })
  }
}
