import type { AuditEvent } from '../../src/audit/index.ts'
import type { LocalPerson, PeopleStore, Summary } from '../../src/directories/index.ts'
import type { FactorKind } from '../../src/kernel/index.ts'
import type { Enrolment } from '../../src/stepup/index.ts'

export type FakePeopleStore = PeopleStore & {
  readonly events: readonly AuditEvent[]
  readonly enrolments: ReadonlyMap<string, Enrolment>
  /** As if the factor had been locked by wrong answers. */
  lock(account: string, factor: FactorKind): void
}

/** Keeps the contract of the port in memory. */
export function fakePeopleStore(): FakePeopleStore {
  const people = new Map<string, LocalPerson>()
  const enrolments = new Map<string, Enrolment>()
  const locks = new Set<string>()
  const events: AuditEvent[] = []

  const holder = (directory: string, nameKey: string) =>
    [...people.values()].find((one) => one.directory === directory && one.nameKey === nameKey)

  const find: PeopleStore['find'] = async (directory, by) => {
    if ('nameKey' in by) return holder(directory, by.nameKey)
    const person = people.get(by.account)
    return person?.directory === directory ? person : undefined
  }

  const end = (account: string, told: readonly AuditEvent[]) => {
    if (!people.delete(account)) return false
    enrolments.delete(account)
    events.push(...told)
    return true
  }

  return {
    events,
    enrolments,
    lock: (account, factor) => void locks.add(`${account} ${factor}`),
    find,
    async summary(directory, by) {
      const person = await find(directory, by)
      return person && summaryOf(person)
    },
    async add(added, told) {
      const keys = added.map(({ person }) => person.nameKey)
      const taken = added
        .filter(
          ({ person: { directory, nameKey } }, index) =>
            holder(directory, nameKey) !== undefined || keys.indexOf(nameKey) !== index,
        )
        .map(({ person }) => person.nameKey)
      if (taken.length > 0) return { heard: 'exists', nameKeys: taken }
      for (const { person, enrolment } of added) {
        people.set(person.account, person)
        if (enrolment !== null) enrolments.set(person.account, enrolment)
      }
      events.push(...told)
      return { heard: 'added' }
    },
    async set(person, told) {
      if (!people.has(person.account)) return 'unknown'
      const owner = holder(person.directory, person.nameKey)
      if (owner !== undefined && owner.account !== person.account) return 'exists'
      people.set(person.account, person)
      events.push(...told)
      return 'set'
    },
    async list(directory, after, limit) {
      const found = [...people.values()]
        .filter((one) => one.directory === directory && one.nameKey > after)
        .sort((one, other) => (one.nameKey < other.nameKey ? -1 : 1))
      return found.slice(0, limit).map(summaryOf)
    },
    remove: async (account, told) => (end(account, told) ? 'removed' : 'unknown'),
    erase: async (account, told) => (end(account, told) ? 'erased' : 'unknown'),
    async resetFactor(account, _factor, told) {
      if (!enrolments.delete(account)) return 'unknown'
      events.push(...told)
      return 'reset'
    },
    async unlock(account, factor, told) {
      const locked = [...locks].filter(
        (one) => one.startsWith(`${account} `) && (factor === null || one.endsWith(` ${factor}`)),
      )
      if (locked.length === 0) return 'not-locked'
      for (const one of locked) locks.delete(one)
      events.push(...told)
      return 'unlocked'
    },
  }

  function summaryOf(person: LocalPerson): Summary {
    const enrolment = enrolments.get(person.account)
    if (enrolment === undefined) return { ...person, factors: [] }
    const { factor: kind, provenance, secret, at } = enrolment
    const secretBits = secret.reveal().length * 8
    return { ...person, factors: [{ kind, provenance, secretBits, at }] }
  }
}
