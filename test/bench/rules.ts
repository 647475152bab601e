import { stringify } from 'yaml'
import type { PolicySettings, Rule } from '../../src/policy/index.ts'
import { createPolicy } from '../../src/policy/index.ts'
import { NOON } from '../support/world.ts'
import { type Outcome, type Row, rounded } from './figures.ts'
import { createReplica, type Installation } from './installation.ts'
import { medianOf, pairsOf, ratiosOf } from './measure.ts'
import { type Stage, stop } from './stage.ts'
import { median, spread } from './statistics.ts'
import { TRUST } from './trust.ts'

const [RULES, GROUPS, TIMES] = [100, 20, 20_000]
const networkOf = (n: number) => `10.${n}.0.0/16`
const groupOf = (n: number) => `CN=Group ${n},OU=Groups,DC=corp,DC=example,DC=com`

/** None of which ever holds: each is looked at to its last condition that people of our own can meet. */
const written = Array.from({ length: RULES }, (_, n) => ({
  ...{ name: `rule ${n}`, directories: ['local'], networks: [networkOf(n)], then: 'deny' },
  time: { from: '00:00', to: '00:00' },
}))

/** A step-up with a code where there are a hundred rules and trust is on, against the same where there is neither. */
export async function rulesOf(stage: Stage, of: Installation): Promise<Outcome> {
  const { loader, say, served, warm } = stage
  const { pairs, workers, people, cpuStepUps: stepUps } = stage.sizes
  say(`CPU of a step-up with ${RULES} rules and trust on, and without, in turn`)
  const more = `${TRUST}${stringify({ rules: written })}`
  const ruled = await served([await createReplica(of, { more })], people, 'in turn')
  const plain = await served([of], people, 'in turn')
  await warm(ruled)
  await warm(plain)
  const cost = await pairsOf(loader, [ruled, plain], { pairs, workers, stepUps })
  await stop(ruled)
  await stop(plain)
  const ratios = ratiosOf(cost, ({ cpuMs }) => cpuMs)
  const figures = {
    cpuMsWithRules: rounded(medianOf(cost, 'of', ({ cpuMs }) => cpuMs)),
    rulesRatio: rounded(median(ratios)),
    rulesMicros: rounded(decidingMicros(), 1),
  }
  const rows: readonly Row[] = [
    [`${RULES} rules, trust on`, `${figures.rulesRatio}`, `pairs ${spread(ratios)}`],
    ['what is asked of whom', `${figures.rulesMicros} µs`, `${RULES} rules, ${GROUPS} groups`],
  ]
  return { figures, rows }
}

/** Of a person in many groups, none of which a rule names. */
function decidingMicros(): number {
  const rules = written.map(
    ({ name, networks }, n): Rule => ({
      ...{ name, networks, clients: null, directories: ['corp'], groups: [groupOf(n + GROUPS)] },
      ...{ time: null, then: 'deny', factors: null, acr: null, trustHours: null },
    }),
  )
  const settings: PolicySettings = {
    ...{ enabled: true, factors: ['totp'], firstEnrolment: 'open', language: 'en' },
    ...{ acr: [{ value: 'mfa', factors: ['totp'], enrolledBy: null }], rules },
    ...{ sendAtOnce: false, trustHours: 12, trustBinding: 'ip+device', trustSince: null },
  }
  const { effective } = createPolicy({
    ...{ settings, delegatedAmr: new Map(), timeZone: 'UTC', askable: ['totp'] },
  })
  const groups = Array.from({ length: GROUPS }, (_, n) => groupOf(n))
  const here = { client: 'iam', directory: 'corp', groups, ip: '192.0.2.7', now: NOON }
  for (let n = 0; n < TIMES; n++) effective(here, null)
  const since = process.cpuUsage()
  for (let n = 0; n < TIMES; n++) effective(here, null)
  const { user, system } = process.cpuUsage(since)
  return (user + system) / TIMES
}
