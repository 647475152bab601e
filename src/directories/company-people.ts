import { Fault, fail, newId, ok, parseId, type Random, type Result } from '../kernel/index.ts'
import type { AccountStore, AccountView, ListedAccount, Named } from './account-store.ts'
import { changing, STALE } from './changing.ts'
import {
  createAccountDesk,
  type DeskDeps,
  type HelpDesk,
  type Problems,
  type ShownAccount,
} from './help-desk.ts'
import type { Lookup } from './ldap/index.ts'
import { nameKeyOf } from './name-key.ts'
import type { PeopleStore } from './people-store.ts'
import { parseFields, type WrittenFields } from './person-fields.ts'

/**
 * The people of one directory of the company, for the help desk: what hangs on their accounts here. The directory is asked
 * who is meant by a name, unless it is an account id; where it does not answer that is a Fault. Somebody whom it has no more
 * is found by the name that was theirs last.
 */
export type CompanyPeople = Omit<HelpDesk, 'show'> & {
  show(who: string): Promise<Result<ShownAccount, Problems>>
  /** Those who were ever asked for, in order of account, after `after`; '' from the beginning. */
  list(after: string, limit: number): Promise<readonly ListedAccount[]>
}

type CompanyDeps = DeskDeps & {
  readonly directory: string
  readonly defaultCountry: string | null
  readonly deadlineSeconds: number
  readonly lookup: Lookup
  readonly accounts: AccountStore
  readonly store: Pick<PeopleStore, 'unlock' | 'resetFactor' | 'erase'>
  readonly random: Random
}

/** Somebody with an account, or somebody whom the directory has and nobody has asked for. */
type Found =
  | { readonly is: 'known'; readonly view: AccountView; readonly username: string }
  | { readonly is: 'new'; readonly named: Named; readonly username: string }

export function createCompanyPeople(deps: CompanyDeps): CompanyPeople {
  const { directory, defaultCountry, lookup, accounts, store, clock, random } = deps
  const desk = createAccountDesk(deps)
  const UNKNOWN = fail([`${directory} has nobody of that name`])

  return {
    async account(who) {
      const found = await find(who)
      if (!found.ok) return found
      const { account } = await accountOf(found.value)
      return ok({ account, username: found.value.username })
    },

    async whom(who) {
      const found = await find(who)
      if (!found.ok) return found
      const { value } = found
      return ok({
        account: value.is === 'known' ? value.view.account : null,
        username: value.username,
      })
    },

    show: (who) =>
      withAccount(who, async ({ view, username }) => {
        const { tallies, sends, codes, nameKey: _, ...rest } = view
        return ok({ ...rest, username, ...desk.heldUp({ tallies, sends, codes }) })
      }),

    list: (after, limit) => accounts.list(directory, after, limit),

    async set(operator, who, changes) {
      const others = (['username', 'displayName', 'locale'] as const).filter(
        (name) => changes[name] !== undefined,
      )
      if (others.length > 0) return fail(others.map((name) => THEIRS(name, directory)))
      const fields = parseFields(changes, defaultCountry)
      if (!fields.ok) return fields
      const changed = Object.keys(fields.value)
      if (changed.length === 0) return fail(['nothing to change was given'])
      const found = await find(who)
      if (!found.ok) return found
      return changing(async () => {
        const { account, contacts } = await accountOf(found.value)
        const next = { ...contacts, ...fields.value }
        const by = desk.by(operator)
        const event = { event: 'account.contacts-set', ...by, account, fields: changed } as const
        const { emails, phones } = next
        const own = { emails, phones }
        switch (await accounts.setContacts(directory, account, own, [event], by, contacts)) {
          case 'set':
            return ok({ account, username: found.value.username })
          case 'unknown':
            return UNKNOWN
          case 'stale':
            return STALE
        }
      })
    },

    erase: (operator, who) =>
      withAccount(who, async ({ view: { account }, username }) => {
        const by = desk.by(operator)
        const event = { event: 'person.erased', ...by, account } as const
        const erased = await store.erase(directory, account, [event], by)
        return erased === 'erased' ? ok({ account, username }) : UNKNOWN
      }),

    resetFactor: (operator, who, app) =>
      withAccount(who, async ({ view, username }) => {
        const reset = await desk.resetFactor(operator, view, app)
        return reset.ok ? ok({ account: view.account, username }) : reset
      }),

    async giveCode(operator, who, kind, seconds) {
      const found = await find(who)
      if (!found.ok) return found
      const { account } = await accountOf(found.value)
      const { username } = found.value
      return desk.giveCode(operator, { account, username }, { kind, seconds, isOurs: false })
    },

    revokeCode: (operator, who, kind) =>
      withAccount(who, ({ view: { account }, username }) =>
        desk.revokeCode(operator, { account, username }, kind),
      ),

    unlock: (operator, who, factor) =>
      withAccount(who, async ({ view: { account } }) =>
        ok(await desk.unlock(operator, account, factor)),
      ),
  }

  async function withAccount<T>(
    who: string,
    act: (known: Extract<Found, { readonly is: 'known' }>) => Promise<Result<T, Problems>>,
  ): Promise<Result<T, Problems>> {
    const found = await find(who)
    if (!found.ok) return found
    if (found.value.is === 'known') return act(found.value)
    return fail([`${found.value.username} of ${directory} never came here: nothing hangs on them`])
  }

  /** Made now, where an operator adds something to somebody who never came here. */
  async function accountOf(found: Found) {
    if (found.is === 'known') return found.view
    return accounts.know(found.named, newId('account', random), clock.now())
  }

  async function find(who: string): Promise<Result<Found, Problems>> {
    const id = parseId('account', who)
    const own = id && (await accounts.view(directory, { account: id }))
    if (own !== undefined) return ok({ is: 'known', view: own, username: own.nameKey ?? who })

    const looked = await ask(who)
    switch (looked.found) {
      case 'person':
      case 'disabled': {
        const { immutableId, username } = looked.seen.person
        const view = await accounts.view(directory, { immutableId })
        if (view !== undefined) return ok({ is: 'known', view, username })
        const nameKey = nameKeyOf(username)
        if (nameKey === undefined) return UNKNOWN
        return ok({ is: 'new', named: { directory, immutableId, nameKey }, username })
      }
      case 'ambiguous':
        return fail([`${directory} has several people of that name`])
      case 'not-found': {
        const nameKey = nameKeyOf(who)
        const view = nameKey === undefined ? undefined : await accounts.view(directory, { nameKey })
        return view === undefined ? UNKNOWN : ok({ is: 'known', view, username: who })
      }
    }
  }

  async function ask(value: string) {
    try {
      return await lookup({ by: 'name', value }, AbortSignal.timeout(deps.deadlineSeconds * 1000))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      throw new Fault(error.code, `${error.message}. ${BY_ID(directory)}`, { cause: error.cause })
    }
  }
}

const BY_ID = (directory: string): string =>
  `By account id it works without: \`sallyport user list --directory ${directory}\` has them`

const WORDS = { username: 'the username', displayName: 'the name', locale: 'the language' } as const

const THEIRS = (name: keyof typeof WORDS & keyof WrittenFields, directory: string): string =>
  `${WORDS[name]} is kept in ${directory}: change it there. Here email and phone can be added`
