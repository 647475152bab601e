import type { LookedAt, Tools } from './cli/index.ts'
import type { RemoteDirectory } from './compose-directories.ts'
import type { Config, DirectoryConfig } from './config/index.ts'
import type { People, Textable } from './directories/index.ts'
import { type Clock, Fault, type Id } from './kernel/index.ts'
import type { Policies } from './policy/index.ts'
import { createLimits, prospectsOf, type Reach, shownCodes } from './stepup/index.ts'
import type { Store } from './store/index.ts'

type Deps = {
  readonly reach: Reach
  readonly judgeText: (phone: string) => Textable
  readonly config: Config
  readonly store: Pick<Store, 'stepUps' | 'accounts' | 'audit' | 'policy'>
  readonly policies: Pick<Policies, 'at'>
  /** Of the local directories, by name. */
  readonly people: ReadonlyMap<string, People>
  readonly remote: ReadonlyMap<string, RemoteDirectory>
  readonly clock: Clock
}

type Looked = Awaited<ReturnType<Tools['directories']['look']>>[number]
type Answer = Looked extends infer One
  ? One extends Looked
    ? Omit<One, 'directory'>
    : never
  : never

/** What the commands see of people, wherever they are kept. Nobody gets an account by being looked at. */
export function createLook(deps: Deps): Tools['directories'] {
  const { config, store, policies, people, remote, reach, judgeText, clock } = deps
  const { lock: lockRule } = createLimits(config)

  return {
    look: (name) => Promise.all(config.directories.map((directory) => lookIn(directory, name))),

    examine: () =>
      Promise.all(
        [...remote].map(async ([directory, { examine }]) => ({
          directory,
          servers: await examine(),
        })),
      ),

    tellRevealed: (actor, seen) =>
      store.audit.keep(
        seen.map(({ directory, immutableId, account }) => ({
          ...{ event: 'contacts.revealed', at: clock.now(), actor },
          ...{ account, directory, immutableId },
        })),
      ),
  }

  async function lookIn(directory: DirectoryConfig, name: string): Promise<Looked> {
    const found = await (directory.type === 'local'
      ? inOurs(directory.name, name)
      : inRemote(directory.name, directory.deadlineSeconds, name)
    ).catch((error: unknown): Answer => {
      if (!(error instanceof Fault)) throw error
      return { found: 'fault', says: error.message }
    })
    return { directory: directory.name, ...found }
  }

  async function inOurs(directory: string, name: string): Promise<Answer> {
    const shown = await people.get(directory)?.show(name)
    if (shown === undefined || !shown.ok) return { found: 'not-found' }
    const { account, username, displayName, locale, state, emails, phones } = shown.value
    const taken = (contact: 'phone' | 'email') => (written: string) =>
      ({ ...ownEntry(contact, written), isOperators: false }) as const
    const person: LookedAt = {
      ...{ directory, immutableId: account, account, username, displayName, locale },
      ...{ dn: null, groups: [] },
      ...(await prospects({ account, directory, emails, phones, groups: [] })),
      contacts: [...phones.map(taken('phone')), ...emails.map(taken('email'))].map(withText),
    }
    return state === 'enabled'
      ? { found: 'person', person }
      : { found: 'disabled', reason: 'disabled', person }
  }

  async function inRemote(directory: string, seconds: number, name: string): Promise<Answer> {
    const late = AbortSignal.timeout(seconds * 1000)
    const looked = await remote.get(directory)?.lookup({ by: 'name', value: name }, late)
    if (looked === undefined || !('seen' in looked)) return { found: looked?.found ?? 'not-found' }
    const { dn, contacts, person: seen } = looked.seen
    const { immutableId } = seen
    const known = await store.accounts.find(directory, immutableId)
    const account = known?.account ?? null
    const added = known?.contacts ?? { emails: [], phones: [] }
    const operators = (contact: 'phone' | 'email') => (written: string) => ({
      ...ownEntry(contact, written),
      isOperators: true,
    })
    const person: LookedAt = {
      ...{ ...seen, account, dn },
      ...(await prospects({
        ...{ account, directory, groups: seen.groups },
        emails: [...seen.emails, ...added.emails],
        phones: [...seen.phones, ...added.phones],
      })),
      contacts: [
        ...contacts.map((one) => ({
          ...{ ...one, as: one.read === 'taken' ? one.as : null },
          isOperators: false,
        })),
        ...added.phones.map(operators('phone')),
        ...added.emails.map(operators('email')),
      ].map(withText),
    }
    return looked.found === 'person'
      ? { found: 'person', person }
      : { found: 'disabled', reason: looked.reason, person }
  }

  function withText<C extends Pick<LookedAt['contacts'][number], 'contact' | 'as'>>(one: C) {
    const isAsked = one.contact === 'phone' && one.as !== null && config.channels.sms.length > 0
    return { ...one, text: isAsked && one.as !== null ? judgeText(one.as) : null }
  }

  /** At no client and from nowhere: what rules of these say, `explain` tells. */
  async function prospects(of: {
    readonly account: Id<'account'> | null
    readonly directory: string
    readonly emails: readonly string[]
    readonly phones: readonly string[]
    readonly groups: readonly string[]
  }): Promise<Pick<LookedAt, 'factors' | 'codes'>> {
    const { account, directory, emails, phones, groups } = of
    const nothing = { enrolled: [], codes: [], tallies: [], settings: null }
    const standing = account === null ? nothing : await store.stepUps.standing(account)
    const policy = await policies.at((await store.policy.current()).version)
    const now = clock.now()
    const here = { client: '', directory, groups, ip: null, now }
    const effective = policy.effective(here, standing.settings)
    const person = { emails, phones }
    const lane = 'signed'
    const found = prospectsOf({ person, standing, effective, reach, lockRule, lane, now })
    return {
      factors: found.map((one) => ({ ...one, why: one.use === 'none' ? one.why : null })),
      codes: shownCodes(standing.codes, now),
    }
  }
}

/** Kept by us: it was read when it was written. */
const ownEntry = (contact: 'phone' | 'email', written: string) =>
  ({ contact, attribute: null, written, as: written, read: 'taken' }) as const
