import { DAYS, type Day, type Instant, invariant, isWithin, networksOf } from '../kernel/index.ts'
import type { Rule, TimeWindow } from './settings.ts'

/** Who comes, from where and when, as far as rules ask. */
export type Circumstances = {
  readonly client: string
  readonly directory: string
  readonly groups: readonly string[]
  /** Of the browser, behind the configured proxies; null where that is not known. */
  readonly ip: string | null
  readonly now: Instant
}

/** What kept a rule from holding; null: it holds. */
export type Mismatch = 'client' | 'directory' | 'group' | 'network' | 'time'

export type CompiledRule = {
  readonly rule: Rule
  mismatch(here: Looked): Mismatch | null
}

/** Circumstances, of which what is costly is worked out once for all rules. */
export type Looked = Circumstances & {
  readonly groupKeys: () => ReadonlySet<string>
  readonly clock: () => LocalTime
}

type LocalTime = { readonly day: Day; readonly minute: number }
export type LocalClock = (now: Instant) => LocalTime

export function lookedAt(here: Circumstances, timeOf: LocalClock): Looked {
  let keys: ReadonlySet<string> | undefined
  let time: LocalTime | undefined
  return {
    ...here,
    groupKeys() {
      keys ??= new Set(here.groups.map(groupKeyOf))
      return keys
    },
    clock() {
      time ??= timeOf(here.now)
      return time
    },
  }
}

/** Everything that does not depend on who comes is done here. */
export function compileRule(rule: Rule): CompiledRule {
  const { clients, directories, groups, networks, time } = rule
  const groupKeys = groups?.map(groupKeyOf)
  const list = networks && networksOf(networks)
  return {
    rule,
    mismatch(here) {
      if (clients !== null && !clients.includes(here.client)) return 'client'
      if (directories !== null && !directories.includes(here.directory)) return 'directory'
      if (groupKeys !== undefined && !groupKeys.some((key) => here.groupKeys().has(key)))
        return 'group'
      // Who comes from nowhere that is known is in no network.
      if (list !== null && (here.ip === null || !isWithin(here.ip, list))) return 'network'
      if (time !== null && !isDuring(here.clock(), time)) return 'time'
      return null
    },
  }
}

/**
 * One spelling of a group, whatever its case, its composition and the spaces around what separates a DN (RFC 4514): a server
 * may write any of these.
 */
export const groupKeyOf = (group: string): string =>
  group
    .normalize('NFKC')
    .toLowerCase()
    .trim()
    .replace(/(?<!\\)\s*([,=])\s*/g, '$1')

function isDuring({ day, minute }: LocalTime, { days, from, to }: TimeWindow): boolean {
  if (from < to) return days.includes(day) && from <= minute && minute < to
  // Over midnight: what is left of the evening, or the morning after a day on which it began.
  return (days.includes(day) && minute >= from) || (days.includes(dayBefore(day)) && minute < to)
}

const dayBefore = (day: Day): Day => DAYS.at(DAYS.indexOf(day) - 1) ?? day

/** @param timeZone of IANA, as the configuration has checked. */
export function createLocalClock(timeZone: string): LocalClock {
  const parts = { weekday: 'short', hour: '2-digit', minute: '2-digit' } as const
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', ...parts })
  return (now) => {
    const told = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]))
    const weekday = told.get('weekday')?.toLowerCase()
    const day = DAYS.find((one) => one === weekday)
    invariant(day !== undefined, 'a day of the week has one of seven names')
    return { day, minute: Number(told.get('hour')) * 60 + Number(told.get('minute')) }
  }
}
