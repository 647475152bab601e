import { APPS_MAX, type Clock, type Id, invariant, parseId } from '../kernel/index.ts'
import type { Make } from './make.ts'
import { nameGiven } from './name-given.ts'
import type { Enroller } from './ports.ts'
import type { Said, Seen } from './seen.ts'
import type { Pending, StepUp } from './step-up.ts'
import type { Change, Found, StepUpStore } from './step-up-store.ts'
import type { Survey } from './survey.ts'

/** What is done with one's own OTP apps. `Who` says which step-up it is done in. */
export type Apps<Who> = {
  /** Shows the seed of another one. */
  add(who: Who): Promise<Seen>
  /** Leaves that, with nothing added. */
  back(who: Who): Promise<Seen>
  rename(who: Who, enrolment: unknown, name: unknown): Promise<Seen>
  remove(who: Who, enrolment: unknown): Promise<Seen>
  /** Says whether it could be removed now. Changes nothing. */
  weigh(who: Who, enrolment: unknown): Promise<Seen>
  done(who: Who): Promise<Seen>
}

type Deps = {
  readonly store: Pick<StepUpStore, 'apps' | 'renameApp' | 'removeApp'>
  readonly make: Make
  readonly enroller: Pick<Enroller, 'begin'>
  readonly survey: Survey
  readonly clock: Clock
  readonly seen: (at: Found, said: Said) => Seen
}

const nothing: Said = { said: 'nothing' }
const stale: Said = { said: 'stale' }

/** The shell around `manage`: each is one move, and what it does to the apps commits with it. */
export function createApps({ store, make, enroller, survey, clock, seen }: Deps): Apps<Found> {
  return {
    async add(at) {
      const current = at.value
      if (current.state !== 'managing') return seen(at, stale)
      const { factor, proof } = current.proven
      const found = await survey(current)
      if (found === 'off') return seen(at, stale)
      // Said at once; the store counts again when a code has confirmed it.
      if ((await store.apps(accountOf(current))).length >= APPS_MAX)
        return seen(at, { said: 'apps-full' })
      const provenance = found.added(current.proven)
      const pending: Pending = { ...enroller.begin(), provenance, credit: { factor, proof } }
      return moved(at, { move: 'add', pending })
    },

    back: (at) => moved(at, { move: 'back' }),

    async rename(at, given, written) {
      const current = at.value
      const enrolment = parseId('enrolment', given)
      if (current.state !== 'managing' || enrolment === undefined) return seen(at, stale)
      const name = nameGiven(written) ?? undefined
      if (name === undefined) return seen(at, { said: 'name-refused' })
      const of = { account: accountOf(current), enrolment, name }
      return moved(at, { move: 'rename', enrolment }, (change) => store.renameApp(change, of))
    },

    async remove(at, given) {
      const current = at.value
      const enrolment = parseId('enrolment', given)
      if (current.state !== 'managing' || enrolment === undefined) return seen(at, stale)
      const found = await survey(current)
      if (found === 'off') return seen(at, stale)
      const of = {
        ...{ account: accountOf(current), enrolment, at: clock.now() },
        instead: found.instead(enrolment),
      }
      return moved(at, { move: 'remove', enrolment }, (change) => store.removeApp(change, of))
    },

    async weigh(at, given) {
      const current = at.value
      const enrolment = parseId('enrolment', given)
      if (current.state !== 'managing' || enrolment === undefined) return seen(at, nothing)
      const found = await survey(current)
      const instead = found === 'off' ? null : found.instead(enrolment)
      return seen(at, instead?.length === 0 ? { said: 'last-way' } : nothing)
    },

    done: (at) => moved(at, { move: 'done' }),
  }

  async function moved(at: Found, ...[move, save]: Move): Promise<Seen> {
    const made = await make(at, move, null, save)
    if (made.made === 'moved') return seen(made.at, nothing)
    return seen(made.at, made.made === 'last' ? { said: 'last-way' } : stale)
  }
}

type Move = [
  move: Parameters<Make>[1],
  save?: (change: Change) => ReturnType<StepUpStore['renameApp' | 'removeApp']>,
]

function accountOf({ account }: StepUp): Id<'account'> {
  invariant(account !== null, 'who manages is known')
  return account
}
