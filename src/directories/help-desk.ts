import type { Actor } from '../audit/index.ts'
import {
  type Clock,
  FACTOR_KINDS,
  type FactorKind,
  fail,
  type Id,
  type Instant,
  nameOfApp,
  type OperatorCodeKind,
  ok,
  type Result,
} from '../kernel/index.ts'
import type { Lane, OperatorCode, OperatorCodeFacts, ShownCode, Tally } from '../stepup/index.ts'
import type { ListedAccount } from './account-store.ts'
import type { CodeStore } from './code-store.ts'
import type { By, HelpDeskView, PeopleStore, Summary, UnlockLimits } from './people-store.ts'
import type { WrittenFields } from './person-fields.ts'

/** What was wrong, in plain words for an operator. */
export type Problems = readonly string[]

/** `account` null: nothing hangs on them yet. `username` null: nobody is called so any more. */
export type Whom = { readonly account: Id<'account'> | null; readonly username: string | null }

/** Wrong answers in a row, and since when or until when they hold the person up: until an operator unlocks, or a time. */
export type Answers = Pick<Tally, 'factor' | 'lane' | 'failures'> & {
  readonly pausedUntil: Instant | 'operator' | null
}

/** Said once, and known to nobody here afterwards. */
export type GivenCode = Whom & { readonly code: string; readonly expiresAt: Instant }

/** Makes a code and what is kept of it. */
type MakeCode = (of: {
  readonly account: Id<'account'>
  readonly kind: OperatorCodeKind
  readonly by: By
  readonly seconds: number
}) => { readonly code: string; readonly kept: OperatorCode }

/** Of `sends` those that have to wait. */
export type HeldUp = {
  readonly answers: readonly Answers[]
  readonly sends: HelpDeskView['sends']
  readonly codes: readonly ShownCode[]
}

/** A person of our own. */
export type Shown = Summary & HeldUp

/** What is ours of somebody who is kept elsewhere. */
export type ShownAccount = Omit<ListedAccount, 'nameKey'> & HeldUp & { readonly username: string }

/**
 * What a help desk does for somebody, wherever they are kept. `who` is an account id or any spelling of the name; `operator`
 * is who the audit says did it.
 */
export type HelpDesk = {
  /** With an account, which is made now where there is none yet: for who sets something that hangs on it. */
  account(who: string): Promise<Result<Whom & { readonly account: Id<'account'> }, Problems>>
  /** Changes nothing and shows nothing. */
  whom(who: string): Promise<Result<Whom, Problems>>
  show(who: string): Promise<Result<Shown | ShownAccount, Problems>>
  set(operator: string, who: string, changes: WrittenFields): Promise<Result<Whom, Problems>>
  /** Enrolments, what counts for or against them, every step-up and token, and the account id. */
  erase(operator: string, who: string): Promise<Result<Whom, Problems>>
  /** A code for that person alone, in the place of the former of its kind. */
  giveCode(
    operator: string,
    who: string,
    kind: OperatorCodeKind,
    seconds: number,
  ): Promise<Result<GivenCode, Problems>>
  revokeCode(operator: string, who: string, kind: OperatorCodeKind): Promise<Result<Whom, Problems>>
  /** `app` is the id of one or its name; null: all of them. */
  resetFactor(operator: string, who: string, app: string | null): Promise<Result<Whom, Problems>>
  /** One factor, or all of them: null. Says which were locked or out of messages; of others nothing changes. */
  unlock(
    operator: string,
    who: string,
    factor: FactorKind | null,
  ): Promise<Result<readonly FactorKind[], Problems>>
}

/** What is locked, as who counts the answers says. */
export type Locks = {
  readonly limits: UnlockLimits
  pausedUntil(
    tallies: readonly Tally[],
    factor: FactorKind,
    lane: Lane,
    now: Instant,
  ): Instant | 'operator' | null
  shownCodes(codes: readonly OperatorCodeFacts[], now: Instant): readonly ShownCode[]
}

/** How codes are made, and where they are kept. */
export type HandedCodes = { readonly store: CodeStore; readonly make: MakeCode }

export type DeskDeps = {
  readonly store: Pick<PeopleStore, 'unlock' | 'resetFactor'>
  readonly codes: HandedCodes
  readonly clock: Clock
  readonly locks: Locks
}

/** What is done to an account, whoever has it. */
export function createAccountDesk(deps: DeskDeps) {
  const { store, codes, clock, locks } = deps
  const by = (operator: string): By => {
    const actor: Actor = `operator:${operator}`
    return { at: clock.now(), actor }
  }

  return {
    by,

    heldUp(view: Pick<HelpDeskView, 'tallies' | 'sends' | 'codes'>): HeldUp {
      const { tallies, sends } = view
      const now = clock.now()
      const answers = tallies.map(({ factor, lane, failures }) => ({
        ...{ factor, lane, failures },
        pausedUntil: locks.pausedUntil(tallies, factor, lane, now),
      }))
      return {
        answers,
        sends: sends.filter(({ nextAt }) => now < nextAt),
        codes: locks.shownCodes(view.codes, now),
      }
    },

    async resetFactor(
      operator: string,
      { account, factors }: Pick<Summary, 'account' | 'factors'>,
      app: string | null,
    ): Promise<Result<'reset', Problems>> {
      // An id is nobody else's, also where somebody calls another one by it.
      const byId = factors.filter(({ id }) => id === app)
      const called = factors.filter((one) => app === null || nameOfApp(one) === app)
      const found = byId.length > 0 ? byId : called
      const [only, ...others] = found
      if (app !== null && only === undefined) return fail([`there is no OTP app '${app}'`])
      if (app !== null && others.length > 0)
        return fail([`several OTP apps are called '${app}': name one by its id`])
      const which = { factor: 'totp', enrolment: app === null ? null : (only?.id ?? null) } as const
      const event = { event: 'factor.reset', ...by(operator), account, ...which } as const
      const reset = await store.resetFactor(account, which, [event], by(operator))
      return reset === 'reset' ? ok(reset) : fail(['totp is not set up'])
    },

    async giveCode(
      operator: string,
      whom: { readonly account: Id<'account'>; readonly username: string | null },
      of: { readonly kind: OperatorCodeKind; readonly seconds: number; readonly isOurs: boolean },
    ): Promise<Result<GivenCode, Problems>> {
      const { account, username } = whom
      const { kind, seconds, isOurs } = of
      const { code, kept } = codes.make({ account, kind, by: by(operator), seconds })
      const { expiresAt, madeAt: at, madeBy: actor } = kept
      const event = { event: 'operator-code.made', at, actor, account, kind, expiresAt } as const
      switch (await codes.store.give(kept, isOurs, [event])) {
        case 'given':
          return ok({ account, username, code, expiresAt })
        case 'enrolled':
          return fail([
            `${username ?? account} has an OTP app. If it is lost, \`sallyport user reset-factor\` comes first`,
          ])
        case 'account-gone':
          return fail(['there is nobody of that name any more, or they are disabled'])
      }
    },

    async revokeCode(
      operator: string,
      whom: { readonly account: Id<'account'>; readonly username: string | null },
      kind: OperatorCodeKind,
    ): Promise<Result<Whom, Problems>> {
      const { account, username } = whom
      const event = { event: 'operator-code.revoked', ...by(operator), account, kind } as const
      const heard = await codes.store.revoke(account, kind, [event])
      if (heard === 'revoked') return ok({ account, username })
      return fail([`${username ?? account} has no ${kind}`])
    },

    async unlock(operator: string, account: Id<'account'>, factor: FactorKind | null) {
      const unlocked: FactorKind[] = []
      // One by one, so that the audit names those that were locked and no other.
      for (const kind of factor === null ? FACTOR_KINDS : [factor]) {
        const about = { ...by(operator), account, factor: kind }
        const event = { event: 'factor.unlocked', ...about } as const
        const heard = await store.unlock(account, kind, locks.limits, event.at, [event])
        if (heard === 'unlocked') unlocked.push(kind)
      }
      return unlocked
    },
  }
}
