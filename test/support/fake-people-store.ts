import { isDeepStrictEqual } from 'node:util'
import type { AuditEvent } from '../../src/audit/index.ts'
import type {
  HelpDeskView,
  LocalPerson,
  PeopleStore,
  Summary,
} from '../../src/directories/index.ts'
import { type FactorKind, type Id, type Instant, instantOf } from '../../src/kernel/index.ts'
import type { Enrolment } from '../../src/stepup/index.ts'
import { LOCKS } from './limits.ts'

export type FakePeopleStore = PeopleStore & {
  readonly events: readonly AuditEvent[]
  readonly enrolments: ReadonlyMap<string, Enrolment>
  /** As if there had been that many wrong answers to the factor in a row, by default as many as lock it for good. */
  lock(account: string, factor: FactorKind, failures?: number): void
  /** As if the messages of an hour were used up. */
  silence(account: string, channel: FactorKind): void
}

/** Keeps the contract of the port in memory. */
export function fakePeopleStore(): FakePeopleStore {
  const people = new Map<string, LocalPerson>()
  const enrolments = new Map<string, Enrolment>()
  const accounts = new Map<string, string>()
  const goneAt = new Map<Id<'account'>, Instant>()
  const tallies = new Map<string, HelpDeskView['tallies']>()
  const sends = new Map<string, HelpDeskView['sends']>()
  const events: AuditEvent[] = []

  const holder = (directory: string, nameKey: string) =>
    [...people.values()].find((one) => one.directory === directory && one.nameKey === nameKey)

  const find: PeopleStore['find'] = async (directory, by) => {
    if ('nameKey' in by) return holder(directory, by.nameKey)
    const person = people.get(by.account)
    return person?.directory === directory ? person : undefined
  }

  const end = (account: string, told: readonly AuditEvent[]) => {
    people.delete(account)
    for (const kept of [enrolments, tallies, sends]) kept.delete(account)
    events.push(...told)
  }

  return {
    events,
    enrolments,
    lock(account, factor, failures = LOCKS.limits.cap) {
      const others = (tallies.get(account) ?? []).filter((one) => one.factor !== factor)
      tallies.set(account, [...others, { factor, lane: 'signed', failures, lockedUntil: null }])
    },
    silence(account, channel) {
      sends.set(account, [{ channel, lane: 'signed', nextAt: instantOf(4e12) }])
    },
    find,
    async summary(directory, by) {
      const person = await find(directory, by)
      if (person === undefined) return undefined
      const { account } = person
      const held = { tallies: tallies.get(account) ?? [], sends: sends.get(account) ?? [] }
      return { ...summaryOf(person), ...held, codes: [] }
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
        accounts.set(person.account, person.directory)
        if (enrolment !== null) enrolments.set(person.account, enrolment)
      }
      events.push(...told)
      return { heard: 'added' }
    },
    async set(person, told, _by, seen) {
      const before = people.get(person.account)
      if (before === undefined) return 'unknown'
      if (seen !== undefined && !isDeepStrictEqual(before, seen)) return 'stale'
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
    async remove(account, told, { at }) {
      if (!people.has(account)) return 'unknown'
      goneAt.set(account, at)
      end(account, told)
      return 'removed'
    },
    async erase(directory, account, told) {
      if (accounts.get(account) !== directory) return 'unknown'
      end(account, told)
      accounts.delete(account)
      goneAt.delete(account)
      return 'erased'
    },
    async eraseGone(before, at, { rowsMax }) {
      const over = [...goneAt].filter(([, since]) => since <= before).slice(0, rowsMax)
      for (const [account] of over) {
        end(account, [{ event: 'person.erased', account, at, actor: 'system' }])
        goneAt.delete(account)
        accounts.delete(account)
      }
      return over.length
    },
    async resetFactor(account, _factor, told) {
      if (!enrolments.delete(account)) return 'unknown'
      events.push(...told)
      return 'reset'
    },
    async unlock(account, factor, { cap }, now, told) {
      const isOf = (kind: FactorKind) => factor === null || kind === factor
      const [counted, budgets] = [tallies.get(account) ?? [], sends.get(account) ?? []]
      const isHeld =
        counted.some((one) => isOf(one.factor) && one.failures >= cap) ||
        budgets.some((one) => isOf(one.channel) && now < one.nextAt)
      if (!isHeld) return 'not-locked'
      tallies.set(
        account,
        counted.filter((one) => !isOf(one.factor)),
      )
      sends.set(
        account,
        budgets.filter((one) => !isOf(one.channel)),
      )
      events.push(...told)
      return 'unlocked'
    },
  }

  function summaryOf(person: LocalPerson): Summary {
    const enrolment = enrolments.get(person.account)
    if (enrolment === undefined) return { ...person, factors: [] }
    const { factor: kind, id, name, provenance, secret, at } = enrolment
    const secretBits = secret.reveal().length * 8
    return { ...person, factors: [{ kind, id, name, place: 1, provenance, secretBits, at }] }
  }
}
