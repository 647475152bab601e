import type { LdapSettings } from '../../src/directories/ldap/index.ts'
import { sambaSettings } from '../support/directory-samba.ts'
import { slapdSettings } from '../support/directory-slapd.ts'
import { startSamba } from '../support/samba.ts'
import { type Slapd, startSlapd } from '../support/slapd.ts'
import { type Asker, createLdapsearch, startAsker } from './askers.ts'
import { namesOf, sambaPeople, slapdPeople } from './directory-people.ts'
import { type Outcome, type Row, rounded } from './figures.ts'
import { benchHanging } from './hanging.ts'
import { medianOf, type Pair, ratiosOf } from './measure.ts'
import type { Stage } from './stage.ts'
import { cpuSeconds, median, spread } from './statistics.ts'

/** As they are where nobody sets anything, but that no answer is kept. */
const USUAL = {
  ...{ connectSeconds: 2, operationSeconds: 3, deadlineSeconds: 5 },
  ...{ pool: { connectionsMax: 8, waitingMax: 200 }, cache: { seconds: 0, outageSeconds: 0 } },
} as const satisfies Partial<LdapSettings>

const WARM_UPS = 2

/** People of the company's own directories: what a lookup costs, in a large one too, and whom one that hangs keeps waiting. */
export async function benchDirectory(stage: Stage): Promise<Outcome> {
  const { say, sizes } = stage
  say(
    `slapd with ${sizes.entries} and with ${sizes.manyEntries} people, Samba with ${sizes.entries}`,
  )
  const parts = [...(await ofSlapd(stage)), await ofSamba(stage), await benchHanging(stage)]
  return {
    figures: Object.assign({}, ...parts.map(({ figures }) => figures)),
    rows: parts.flatMap(({ rows }) => rows),
  }
}

async function ofSlapd(stage: Stage): Promise<readonly Outcome[]> {
  await using slapd = await startSlapd({ ldif: slapdPeople(stage.sizes.entries) })
  return [await ofServer(stage, 'slapd', slapdSettings(slapd, USUAL)), await ofGrowth(stage, slapd)]
}

async function ofSamba(stage: Stage): Promise<Outcome> {
  await using samba = await startSamba({ ldif: sambaPeople(stage.sizes.entries) })
  return await ofServer(stage, 'samba', sambaSettings(samba, USUAL))
}

type Taken = {
  readonly cpuMicros: number
  readonly besidesMicros: number
  readonly perSecond: number
}

const cpuMicros = (taken: Taken) => taken.cpuMicros
const perSecond = (taken: Taken) => taken.perSecond
/** The search for a person is the server's. */
const bothMicros = (taken: Taken) => taken.cpuMicros + taken.besidesMicros

/** Sallyport's own way, a bare loop over ldapts, and ldapsearch, in turn. */
async function ofServer(
  { sizes, folder, say }: Stage,
  name: 'slapd' | 'samba',
  settings: LdapSettings,
): Promise<Outcome> {
  const { lookupPairs, lookups, entries } = sizes
  say(`CPU of a lookup in ${name}: ours, ldapts and ldapsearch in turn`)
  await using ours = await startAsker('sallyport', settings)
  await using bare = await startAsker('ldapts', settings)
  await using tool = createLdapsearch(folder, settings)
  const names = namesOf(lookups, entries)
  const all = [ours, bare, tool].map((asker) => () => taken(asker, names))
  const rounds = await inTurn(lookupPairs, all)
  const [own = [], others = [], tools = []] = rounds
  const cost = pairsWith(own, others)
  const ratios = ratiosOf(cost, cpuMicros)
  const beside = ratiosOf(pairsWith(own, tools), cpuMicros)
  const of = (all: readonly Taken[], figure: (taken: Taken) => number) =>
    rounded(median(all.map(figure)), 0)
  const figures = {
    [`${name}CpuMicros`]: of(own, cpuMicros),
    [`${name}CpuMicrosOfLdapts`]: of(others, cpuMicros),
    [`${name}CpuMicrosOfLdapsearch`]: of(tools, cpuMicros),
    [`${name}Ratio`]: rounded(median(ratios)),
    [`${name}RatioToLdapsearch`]: rounded(median(beside)),
    [`${name}LookupsPerSecond`]: of(own, perSecond),
  }
  const { connectionsMax } = settings.pool
  const rates = `ldapts ${of(others, perSecond)}, ldapsearch ${of(tools, perSecond)}`
  return {
    figures,
    rows: [
      [`CPU of a lookup, ${name}`, `${of(own, cpuMicros)} µs`, 'in Sallyport'],
      ['the same, bare ldapts', `${of(others, cpuMicros)} µs`, 'the same searches alone'],
      ['the same, ldapsearch', `${of(tools, cpuMicros)} µs`, 'one process, one connection'],
      ['ratio to ldapts', `${rounded(median(ratios))}`, `≤ 1.3; pairs ${spread(ratios)}`],
      ['ratio to ldapsearch', `${rounded(median(beside))}`, `pairs ${spread(beside)}`],
      ['lookups a second', `${of(own, perSecond)}`, `${connectionsMax} at a time; ${rates}`],
    ],
  }
}

/** The same way against a large and a small server, Sallyport and the server together. */
async function ofGrowth({ sizes, say }: Stage, small: Slapd): Promise<Outcome> {
  const { pairs, lookups, entries, manyEntries } = sizes
  say(`CPU of a lookup among ${manyEntries} and among ${entries} in turn`)
  await using large = await startSlapd({ ldif: slapdPeople(manyEntries) })
  await using amongMany = await startAsker('sallyport', slapdSettings(large, USUAL))
  await using amongFew = await startAsker('sallyport', slapdSettings(small, USUAL))
  const [many = [], few = []] = await inTurn(pairs, [
    () => taken(amongMany, namesOf(lookups, manyEntries), large.pid),
    () => taken(amongFew, namesOf(lookups, entries), small.pid),
  ])
  const cost = pairsWith(many, few)
  const ratios = ratiosOf(cost, bothMicros)
  const figures = {
    manyEntriesRatio: rounded(median(ratios)),
    manyEntriesRatioInSallyport: rounded(median(ratiosOf(cost, cpuMicros))),
    manyEntriesRatioInSlapd: rounded(median(ratiosOf(cost, ({ besidesMicros }) => besidesMicros))),
    manyEntriesCpuMicros: rounded(medianOf(cost, 'of', bothMicros), 0),
    fewEntriesCpuMicros: rounded(medianOf(cost, 'against', bothMicros), 0),
  }
  const parts = `Sallyport ${figures.manyEntriesRatioInSallyport}, slapd ${figures.manyEntriesRatioInSlapd}`
  const row: Row = [
    `${manyEntries} to ${entries} people`,
    `${figures.manyEntriesRatio}`,
    `CPU of both; pairs ${spread(ratios)}; ${parts}`,
  ]
  return { figures, rows: [row] }
}

/** @param server whose CPU is taken as well. */
async function taken(asker: Asker, names: readonly string[], server?: number): Promise<Taken> {
  const spent = () => (server === undefined ? 0 : cpuSeconds(server))
  const before = spent()
  const { cpuSeconds: seconds, seconds: whole } = await asker.ask(names)
  return {
    cpuMicros: (seconds / names.length) * 1e6,
    besidesMicros: ((spent() - before) / names.length) * 1e6,
    perSecond: names.length / whole,
  }
}

/** Who is first changes, so that none always has the warmer machine. */
async function inTurn<T>(
  rounds: number,
  all: readonly (() => Promise<T>)[],
): Promise<readonly (readonly T[])[]> {
  const done: T[][] = all.map(() => [])
  for (let round = -WARM_UPS; round < rounds; round++) {
    const order = all.map((take, n) => ({ take, n }))
    for (const { take, n } of round % 2 === 0 ? order : order.toReversed()) {
      const one = await take()
      if (round >= 0) done[n]?.push(one)
    }
  }
  return done
}

const pairsWith = <T>(own: readonly T[], others: readonly T[]): readonly Pair<T>[] =>
  own.flatMap((of, n) => {
    const against = others[n]
    return against === undefined ? [] : [{ of, against }]
  })
