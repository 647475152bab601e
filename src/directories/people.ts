import type { AuditEvent } from '../audit/index.ts'
import { fail, type Id, newId, ok, parseId, type Random, type Result } from '../kernel/index.ts'
import { changing, STALE } from './changing.ts'
import {
  createAccountDesk,
  type DeskDeps,
  type HelpDesk,
  type Problems,
  type Shown,
} from './help-desk.ts'
import { createImportPeople, type ImportPeople } from './import-people.ts'
import { nameKeyOf } from './name-key.ts'
import type { LocalPerson, PeopleStore, Summary } from './people-store.ts'
import { type PersonFields, parseFields, type WrittenFields } from './person-fields.ts'

/**
 * The people of one local directory, for operators. `who` is an account id or any spelling of the name; `operator`
 * is who the audit says did it.
 */
export type People = {
  add(
    operator: string,
    fields: WrittenFields & { readonly username: string },
  ): Promise<Result<LocalPerson, Problems>>
  account: HelpDesk['account']
  whom: HelpDesk['whom']
  show(who: string): Promise<Result<Shown, Problems>>
  /** A page in order of name, after the name key `after`; '' from the beginning. */
  list(after: string, limit: number): Promise<readonly Summary[]>
  set(operator: string, who: string, changes: WrittenFields): Promise<Result<LocalPerson, Problems>>
  disable(operator: string, who: string): Promise<Result<LocalPerson, Problems>>
  enable(operator: string, who: string): Promise<Result<LocalPerson, Problems>>
  remove(operator: string, who: string): Promise<Result<LocalPerson, Problems>>
  /** As `remove`, and every step-up and token of the account goes. Somebody who was removed is found by account id. */
  erase(
    operator: string,
    who: string,
  ): Promise<
    Result<{ readonly account: Id<'account'>; readonly username: string | null }, Problems>
  >
  giveCode: HelpDesk['giveCode']
  revokeCode: HelpDesk['revokeCode']
  resetFactor(
    operator: string,
    who: string,
    app: string | null,
  ): Promise<Result<LocalPerson, Problems>>
  unlock: HelpDesk['unlock']
  importPeople: ImportPeople
}

type PeopleDeps = DeskDeps & {
  readonly store: PeopleStore
  readonly random: Random
  readonly directory: string
  readonly defaultCountry: string | null
}

const UNKNOWN = fail(['there is nobody of that name'])
const EXISTS = fail(['username is taken already, perhaps in another spelling'])

export function createPeople(deps: PeopleDeps): People {
  const { store, clock, random, directory, defaultCountry } = deps
  const desk = createAccountDesk(deps)
  const { by } = desk

  return {
    async add(operator, written) {
      const fields = parseFields(written, defaultCountry)
      if (!fields.ok) return fields
      const { username } = fields.value
      if (username === undefined) return fail(['username is missing'])
      const [account, createdAt] = [newId('account', random), clock.now()]
      const empty = { displayName: null, emails: [], phones: [], locale: null }
      const person = personOf(
        { account, directory, state: 'enabled', createdAt, ...empty },
        { ...fields.value, username },
      )
      const event = about(operator, account, 'person.added', Object.keys(fields.value))
      const added = await store.add([{ person, enrolment: null }], [event])
      return added.heard === 'added' ? ok(person) : EXISTS
    },

    account: (who) => withPerson(who, async (person) => ok(person)),
    whom: (who) => withPerson(who, async (person) => ok(person)),

    async show(who) {
      const summary = await named(who, (by) => store.summary(directory, by))
      if (summary === undefined) return UNKNOWN
      const { tallies, sends, codes, ...person } = summary
      return ok({ ...person, ...desk.heldUp({ tallies, sends, codes }) })
    },

    list: (after, limit) => store.list(directory, after, limit),

    async set(operator, who, changes) {
      const fields = parseFields(changes, defaultCountry)
      if (!fields.ok) return fields
      const changed = Object.keys(fields.value)
      if (changed.length === 0) return fail(['nothing to change was given'])
      return replace(operator, who, 'person.changed', changed, (person) =>
        personOf(person, fields.value),
      )
    },

    disable: (operator, who) =>
      replace(operator, who, 'person.disabled', ['state'], (person) => ({
        ...person,
        state: 'disabled',
      })),

    enable: (operator, who) =>
      replace(operator, who, 'person.enabled', ['state'], (person) => ({
        ...person,
        state: 'enabled',
      })),

    remove: (operator, who) =>
      withPerson(who, async (person) => {
        const event = about(operator, person.account, 'person.removed', [])
        const removed = await store.remove(person.account, [event], by(operator))
        return removed === 'removed' ? ok(person) : UNKNOWN
      }),

    async erase(operator, who) {
      const person = await named(who, (one) => store.find(directory, one))
      // Of somebody who was removed only the account id is left, and it is what the audit names them by.
      const account = person?.account ?? parseId('account', who)
      if (account === undefined) return UNKNOWN
      const event = { event: 'person.erased', ...by(operator), account } as const
      const erased = await store.erase(directory, account, [event], by(operator))
      return erased === 'erased' ? ok({ account, username: person?.username ?? null }) : UNKNOWN
    },

    async resetFactor(operator, who, app) {
      const person = await named(who, (one) => store.summary(directory, one))
      if (person === undefined) return UNKNOWN
      const reset = await desk.resetFactor(operator, person, app)
      return reset.ok ? ok(person) : reset
    },

    giveCode: (operator, who, kind, seconds) =>
      withPerson(who, (person) => desk.giveCode(operator, person, { kind, seconds, isOurs: true })),

    revokeCode: (operator, who, kind) =>
      withPerson(who, (person) => desk.revokeCode(operator, person, kind)),

    unlock: (operator, who, factor) =>
      withPerson(who, async ({ account }) => ok(await desk.unlock(operator, account, factor))),

    importPeople: createImportPeople(deps),
  }

  function about(
    operator: string,
    account: Id<'account'>,
    event: Extract<AuditEvent, { readonly fields: unknown }>['event'],
    fields: readonly string[],
  ): AuditEvent {
    return { event, ...by(operator), account, fields }
  }

  /** An account id is looked for first: nobody can take it as a name and be mistaken for its owner. */
  async function named<T>(
    who: string,
    look: (by: Parameters<PeopleStore['find']>[1]) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const account = parseId('account', who)
    const own = account && (await look({ account }))
    if (own !== undefined) return own
    const nameKey = nameKeyOf(who)
    return nameKey === undefined ? undefined : look({ nameKey })
  }

  async function withPerson<T>(
    who: string,
    act: (person: LocalPerson) => Promise<Result<T, Problems>>,
  ): Promise<Result<T, Problems>> {
    const person = await named(who, (one) => store.find(directory, one))
    return person === undefined ? UNKNOWN : act(person)
  }

  function replace(
    operator: string,
    who: string,
    event: 'person.changed' | 'person.disabled' | 'person.enabled',
    fields: readonly string[],
    change: (person: LocalPerson) => LocalPerson,
  ): Promise<Result<LocalPerson, Problems>> {
    return changing(() =>
      withPerson(who, async (person) => {
        const next = change(person)
        const told = [about(operator, person.account, event, fields)]
        switch (await store.set(next, told, by(operator), person)) {
          case 'set':
            return ok(next)
          case 'exists':
            return EXISTS
          case 'unknown':
            return UNKNOWN
          case 'stale':
            return STALE
        }
      }),
    )
  }
}

/** The fields that were said, over what was there. */
function personOf(
  before: Omit<LocalPerson, 'username' | 'nameKey'>,
  fields: PersonFields & { readonly username: { readonly text: string; readonly key: string } },
): LocalPerson
function personOf(before: LocalPerson, fields: PersonFields): LocalPerson
function personOf(
  before: Omit<LocalPerson, 'username' | 'nameKey'>,
  { username, ...rest }: PersonFields,
): object {
  return { ...before, ...rest, ...(username && { username: username.text, nameKey: username.key }) }
}
