import { type Clock, Fault, later, newId, type Random } from '../kernel/index.ts'
import type { AccountStore, UnseenMark } from './account-store.ts'
import type { Lookup } from './ldap/index.ts'
import { nameKeyOf } from './name-key.ts'

/** Whoever signs in is seen anyway; of the others the directory is asked so often. */
const UNSEEN_DAYS = 7
/** In one go, one after the other: people who sign in notice nothing. */
const AT_ONCE = 20

/**
 * Finds those whom a directory has no more, so that their accounts do not stay for ever. Each call asks about a few who were
 * not seen for a week, by id; only a certain "nobody" counts, and a directory that does not answer ends the round. From then
 * on the time runs after which an account is erased; whoever is there again before is as before.
 */
export function createFindLeavers(deps: {
  readonly directory: string
  readonly deadlineSeconds: number
  readonly lookup: Lookup
  readonly store: Pick<AccountStore, 'unseen' | 'leave' | 'know'>
  readonly clock: Clock
  readonly random: Random
}): () => Promise<void> {
  const { directory, deadlineSeconds, lookup, store, clock, random } = deps
  /** Somebody about whom there is no certain answer does not keep the others from being asked about. */
  let after: UnseenMark | null = null

  return async () => {
    const before = later(clock.now(), -UNSEEN_DAYS * 86_400)
    const unseen = await store.unseen(directory, before, after, AT_ONCE)
    for (const one of unseen) {
      after = one
      if ((await ask(one)) === 'no-answer') return
    }
    if (unseen.length < AT_ONCE) after = null
  }

  async function ask(
    one: UnseenMark & { readonly immutableId: string },
  ): Promise<'answer' | 'no-answer'> {
    const { immutableId } = one
    const late = AbortSignal.timeout(deadlineSeconds * 1000)
    const looked = await lookup({ by: 'immutableId', directory, value: immutableId }, late).catch(
      (error: unknown) => {
        if (error instanceof Fault && error.code === 'directory.unavailable') return undefined
        throw error
      },
    )
    if (looked === undefined) return 'no-answer'
    const now = clock.now()
    if (looked.found === 'not-found') await store.leave(one.account, one.seenAt, now)
    if (!('seen' in looked)) return 'answer'
    const nameKey = nameKeyOf(looked.seen.person.username)
    if (nameKey !== undefined)
      await store.know({ directory, immutableId, nameKey }, newId('account', random), now)
    return 'answer'
  }
}
