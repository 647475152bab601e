import type { Id, Locale } from '../kernel/index.ts'

/** What a directory answered about the subject. Phones are E.164, both lists in the directory's order. */
export type Person = {
  readonly account: Id<'account'>
  readonly directory: string
  readonly immutableId: string
  readonly username: string
  readonly displayName: string | null
  readonly emails: readonly string[]
  readonly phones: readonly string[]
  readonly groups: readonly string[]
  readonly locale: Locale | null
}

export type Query =
  | { readonly by: 'name'; readonly value: string }
  | { readonly by: 'immutableId'; readonly directory: string; readonly value: string }

/** `anew`: whoever asks knows that something was changed a moment ago, so that no answer is taken that was kept. */
export type How = 'usual' | 'anew'

/** What a directory of the company tells of somebody: nothing of ours. */
export type Told = Omit<Person, 'account'>

export type Answer<P = Person> =
  | { readonly found: 'person'; readonly person: P }
  | { readonly found: 'not-found' | 'ambiguous' }
  /** Is there and may not sign in. Which it is goes to the audit and on no page. */
  | { readonly found: 'disabled'; readonly reason: DisabledReason }

export type DisabledReason = 'disabled' | 'expired' | 'locked'

/**
 * One place where people are kept. May be remote, slow and failing: the caller's signal ends the wait,
 * and whatever keeps it from a certain answer is a Fault `directory.unavailable`, never 'not-found'.
 */
export type Directory<P = Person> = {
  readonly name: string
  find(query: Query, signal: AbortSignal, how?: How): Promise<Answer<P>>
}
