import type { AuditEvent } from '../audit/index.ts'
import type { FactorKind, Id, Instant, Secret } from '../kernel/index.ts'
import type { PersonSettings } from '../policy/index.ts'
import type { Grant, NewGrant, TrustUse } from '../trust/index.ts'
import type { Judged } from './factor.ts'
import type { OperatorCodeFacts } from './operator-code.ts'
import type { AppCode, Lane, LaneClass, Provenance, StepUp } from './step-up.ts'

/** Wrong answers in a row of one account with one factor in one lane. */
export type Tally = {
  readonly factor: FactorKind
  readonly lane: Lane
  readonly failures: number
  readonly lockedUntil: Instant | null
}

/** As last seen, with the account's tallies over all lanes. */
export type Found = {
  readonly version: number
  readonly value: StepUp
  readonly tallies: readonly Tally[]
}

export type Change = {
  /** That was seen; the change makes it one more. */
  readonly version: number
  readonly next: StepUp
  readonly events: readonly AuditEvent[]
}

export type Counter = {
  readonly account: Id<'account'>
  readonly factor: FactorKind
  readonly lane: Lane
}

/**
 * After every `every` failures in a lane it locks for `seconds[n]` (the last repeats); `cap` over all lanes of its class ends
 * it, but that the lane of a known browser goes on until it has `own` failures itself.
 */
export type LockRule = {
  readonly every: number
  readonly seconds: readonly number[]
  readonly cap: number
  readonly own: number
}

/** `sendsMax` messages in `windowSeconds`, with `coolDownSeconds[n]` after the n-th (the last repeats). */
export type SendRule = {
  readonly coolDownSeconds: readonly number[]
  readonly windowSeconds: number
  readonly sendsMax: number
}

/** One message of an account over a channel. What nobody signed has a budget of its own. */
export type Claim = {
  readonly account: Id<'account'>
  readonly channel: FactorKind
  readonly lane: LaneClass
  readonly rule: SendRule
}

export type Enrolment = {
  readonly id: Id<'enrolment'>
  readonly account: Id<'account'>
  readonly factor: 'totp'
  readonly provenance: Provenance
  readonly secret: Secret<Uint8Array>
  readonly algorithm: 'sha1' | 'sha256' | 'sha512'
  readonly digits: AppCode['digits']
  readonly periodSeconds: AppCode['periodSeconds']
  readonly at: Instant
  /** The time step that the confirming code belonged to: it is used up with the enrolment. */
  readonly usedTimeStep: number
  /** What the person calls it; null: it is called by its place. */
  readonly name: string | null
}

/** One of a person's OTP apps, as they are shown it. */
export type App = {
  readonly enrolment: Id<'enrolment'>
  readonly name: string | null
  /** Among their apps, from 1. It stays, whatever becomes of the others. */
  readonly place: number
  readonly provenance: Provenance
  readonly at: Instant
  /** When the newest code that was taken began to be shown; null: none was. */
  readonly usedAt: Instant | null
}

/** What an accepted factor earns besides the verdict. */
export type Earned = {
  /** SHA-256 of the cookie of the browser it was given in. */
  readonly browser: string
  readonly at: Instant
  /** Of the account's browsers that earned this later than `since`, so many stay known: the newest. */
  readonly browsersMax: number
  readonly since: number
  readonly chosen: Chosen
  /** So that the next step-up need not ask. */
  readonly grant: NewGrant | null
}

/** What a person picked and completed. `to` is no destination: the mark of one, null where nothing was sent. */
export type Chosen = { readonly factor: FactorKind; readonly to: string | null }

export type KnownBrowser = {
  /** SHA-256 of its cookie. */
  readonly browser: string
  readonly at: Instant
  /** What was completed there last; null: by a release that kept no such thing. */
  readonly chosen: Chosen | null
}

type OwnApp = { readonly account: Id<'account'>; readonly enrolment: Id<'enrolment'> }

/** What one look at the account's rows says before a step-up is planned. */
export type Standing = {
  readonly enrolled: readonly (AppCode & {
    readonly enrolment: Id<'enrolment'>
    readonly factor: FactorKind
    readonly provenance: Provenance
  })[]
  /** What operators handed out to them, live or not. */
  readonly codes: readonly OperatorCodeFacts[]
  readonly tallies: readonly Tally[]
  /** What an operator set for this person alone; null: nothing. */
  readonly settings: PersonSettings | null
  /** Of the policy in force, which counts every change of it and of anybody's settings. */
  readonly policyVersion: number
  /** Those in which the account completed a factor, and when last. */
  readonly knownBrowsers: readonly KnownBrowser[]
  readonly grants: readonly Grant[]
}

/**
 * What the step-up must be able to keep. Each call is one atomic business operation: the change, what it uses up,
 * the counter and the events commit together or not at all. Losing a race is an answer, not an error; a store that
 * cannot answer throws Fault `store.unavailable`.
 */
export type StepUpStore = {
  /**
   * Opens it, or finds the one that its id already names (whoever opened it). Exactly one of many racing callers opens.
   * With a claim, one message is claimed as in `send`; if it may not be sent yet, nothing is opened. For an account of our
   * own whose person is removed, erased or not enabled, and for one of another directory's person that was erased, it hears
   * 'account-gone', and nothing is opened.
   */
  open(
    stepUp: StepUp,
    events: readonly AuditEvent[],
    claim: Claim | null,
    now: Instant,
  ): Promise<
    | { readonly heard: 'opened' | 'found'; readonly at: Found }
    | { readonly heard: 'account-gone' }
    | { readonly heard: 'too-soon'; readonly until: Instant }
  >

  /**
   * As `open`, of one that is satisfied by a grant, which is used with it: its device gets its next secret. A grant that is
   * gone, or a device whose secret is another by now, is 'trust-moved', and nothing is opened.
   */
  openTrusted(
    stepUp: StepUp,
    events: readonly AuditEvent[],
    use: TrustUse,
  ): Promise<
    | { readonly heard: 'opened' | 'found'; readonly at: Found }
    | { readonly heard: 'account-gone' | 'trust-moved' }
  >

  /** Finds expired step-ups too: only `decide` knows what time means. */
  find(id: Id<'stepUp'>): Promise<Found | undefined>

  /** Enrolments, codes of operators, tallies, known browsers, grants of trust and own settings of the account, and the version of the policy, in one look. */
  standing(account: Id<'account'>): Promise<Standing>

  /** Of all callers holding a version exactly one wins. Change and events commit together. */
  replace(change: Change): Promise<'replaced' | 'stale'>

  /**
   * As `replace`, of a step-up that was planned anew, perhaps for an account that it did not have. As with `open`, nothing is
   * kept for an account whose person is gone, erased or not enabled: 'account-gone'.
   */
  replan(change: Change): Promise<'replaced' | 'stale' | 'account-gone'>

  /**
   * As `replace`, and one message is claimed from the budget of (account, channel, class of lane). If it may not be sent yet,
   * nothing changes. With the last of a window a notice for the person is kept, due when no code of it is good any more.
   */
  send(
    change: Change,
    claim: Claim,
    now: Instant,
  ): Promise<'claimed' | 'stale' | { readonly heard: 'too-soon'; readonly until: Instant }>

  /**
   * As `replace`, and the tally goes up. If the lane is locked or the cap over the lanes of its class is reached, nothing
   * changes: `unsigned` is a class of its own, all other lanes are the other. The cap leaves a known browser's lane `own` answers.
   * A tally that reaches a multiple of `every` locks the lane from now on, and a `factor.locked` event is kept with it
   * (also when the cap is reached: `until: 'operator'`); `locked` says so. Of a kind that operators hand out, the answers of
   * the account's code go up too, where it has one.
   */
  spend(
    change: Change,
    counter: Counter,
    rule: LockRule,
    now: Instant,
  ): Promise<
    | { readonly heard: 'spent'; readonly locked: Instant | 'operator' | null }
    | { readonly heard: 'stale' }
    | { readonly heard: 'locked'; readonly until: Instant | 'operator' }
  >

  /**
   * As `replace`; if accepted, consumes and resets the tally of that lane and the send budget of (account, factor, its class).
   * What was consumed, or anything older of the same source, is 'used' for ever and changes nothing; so is all of an enrolment
   * that was taken away. With what it earned, the browser becomes known or is known for longer, with what was chosen in it, and
   * what lanes of browsers that are known no more had counted of this factor is forgotten. A grant takes the place of one for
   * the same group, network and device; one that joins a device is kept only while that device is there.
   *
   * A code of an operator's is taken while it is that very one, is held by no other browser, and at most `answersMax` answers
   * were given, this one among them, which is taken back; a bypass code no more once it was taken, of which a notice for the
   * person is kept. From then on this browser holds it.
   */
  settle(
    change: Change,
    counter: Counter,
    judged: Judged,
    earned: Earned | null,
  ): Promise<'settled' | 'stale' | 'used'>

  /**
   * As `replace`, and the enrolment becomes active, at the first place that is free. With it the account has at most `most` of
   * its kind; else it is 'full'. The account's bind code ends with it; a first one (`most` 1) that came to be by one is
   * 'code-gone' unless there is one that the step-up's browser holds. As in
   * `open`, nothing is kept for an account of our own whose person is gone or not enabled: 'account-gone'. What it earned is
   * as in `settle`; all grants of the account from before are over. A notice for the person is kept with it.
   */
  enrol(
    change: Change,
    enrolment: Enrolment,
    most: number,
    earned: Earned | null,
  ): Promise<'enrolled' | 'stale' | 'full' | 'code-gone' | 'account-gone'>

  /** The account's OTP apps by their places. */
  apps(account: Id<'account'>): Promise<readonly App[]>

  /** As `replace`, and the app has that name. One that the account does not have is 'unknown', and nothing changes. */
  renameApp(
    change: Change,
    of: OwnApp & { readonly name: string },
  ): Promise<'renamed' | 'stale' | 'unknown'>

  /**
   * As `replace`, and the app is gone with what it used up. One of `instead` has to be there still, or it is the 'last'; null:
   * none of them has to. Known browsers are forgotten,
   * and what else is under way for the account ends as far as it relies on that factor, as where an operator resets it.
   */
  removeApp(
    change: Change,
    of: OwnApp & { readonly instead: readonly Id<'enrolment'>[] | null; readonly at: Instant },
  ): Promise<'removed' | 'stale' | 'unknown' | 'last'>
}
