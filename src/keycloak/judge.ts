import type { Config } from '../config/index.ts'
import type { Finding } from './finding.ts'
import { judgeClients } from './judge/clients.ts'
import { judgeFlows } from './judge/flows.ts'
import { judgeLevels } from './judge/levels.ts'
import { judgeOwn } from './judge/own.ts'
import { judgePeople } from './judge/people.ts'
import { judgeServer } from './judge/server.ts'
import { judgeSettings } from './judge/settings.ts'
import type { RealmAsRead } from './realm.ts'
import { parseSettings, type StepSettings } from './settings.ts'
import { isInUse, loaOf, pathOf, type Step, stepsOf } from './steps.ts'

/** What of our own configuration a realm is compared with. */
export type Own = Pick<Config, 'issuer' | 'clients' | 'directories' | 'acr'>

export type Judged = {
  readonly facts: readonly { readonly what: string; readonly is: string }[]
  /** The worst first. */
  readonly findings: readonly Finding[]
}

/** Everything that is wrong with a realm, or worth a look. `own` null: there is nothing to compare it with. */
export function judge(realm: RealmAsRead, own: Own | null): Judged {
  const used = realm.flows.filter(({ isBound, clients }) => isBound || clients.length > 0)
  const steps = used.flatMap(stepsOf).filter(isInUse)
  const findings = [
    ...judgeFlows(realm),
    ...steps.flatMap((step) => judgeStep(realm, own, step)),
    ...judgeClients(realm, steps),
    ...judgeServer(realm),
  ]
  const once = [...new Map(findings.map((one) => [`${one.says}\n${one.where}`, one])).values()]
  return {
    facts: factsOf(realm, own, steps),
    findings: once.sort((a, b) => RANK[a.weighs] - RANK[b.weighs]),
  }
}

const RANK = { wrong: 0, mind: 1 } as const

function judgeStep(realm: RealmAsRead, own: Own | null, step: Step): readonly Finding[] {
  const given = step.places.at(-1)?.here.settings ?? null
  const read = given === null ? null : parseSettings(given)
  if (read === null) return judgeSettings(realm, step, null)
  const compared = own === null ? [] : judgeOwn(realm, own, step, read.settings)
  return [
    ...judgeSettings(realm, step, read),
    ...judgeLevels(realm, step, read.settings),
    ...judgePeople(realm, step, read.settings),
    ...compared,
  ]
}

function factsOf(realm: RealmAsRead, own: Own | null, steps: readonly Step[]): Judged['facts'] {
  const bound = realm.flows.find(({ isBound }) => isBound)
  return [
    { what: 'version', is: realm.version ?? 'not told to this account (only to one of master)' },
    { what: 'issuer', is: realm.issuer },
    { what: 'browser flow', is: bound?.alias ?? realm.settings.browserFlow },
    ...steps.flatMap((step) => factsOfStep(step)),
    {
      what: 'compared',
      is: own === null ? 'with no configuration of Sallyport (--config)' : `with ${own.issuer}`,
    },
  ]
}

function factsOfStep(step: Step): Judged['facts'] {
  const given = step.places.at(-1)?.here
  if (given === undefined) return []
  const level = loaOf(step)?.settings?.['loa-condition-level']
  const around = level === undefined ? 'no level' : `level ${level}`
  const facts = [{ what: 'step', is: `${pathOf(step)}, ${given.requirement}, ${around}` }]
  if (given.settings === null) return facts
  const { settings } = parseSettings(given.settings)
  return [...facts, { what: 'asks', is: asked(settings) }]
}

function asked({ issuer, clientId, acrByLevel, nameFrom, nameAttribute }: StepSettings): string {
  const acr = [...acrByLevel].map(([level, value]) => `${level}=${value}`).join(' ')
  const by = nameFrom === 'attribute' ? `attribute ${nameAttribute}` : nameFrom
  return `${issuer || 'nobody'} as ${clientId || 'nobody'}: ${acr}, people by ${by}`
}
