import { parseJson } from '../../kernel/index.ts'
import { at, type Finding } from '../finding.ts'
import type { RealmAsRead } from '../realm.ts'
import type { StepSettings } from '../settings.ts'
import { loaOf, type Step, shown } from '../steps.ts'

const MAP = 'acr.loa.map'
/** From here on it is no second factor for what is done now. */
const LONG_SECONDS = 12 * 3600

type Acrs = ReadonlyMap<string, number>

/** Whether the level of the condition, the acr of the step and the names that applications use fit together. */
export function judgeLevels(
  realm: RealmAsRead,
  step: Step,
  settings: StepSettings,
): readonly Finding[] {
  const places = [
    {
      whose: 'the realm',
      map: realm.settings.attributes[MAP],
      where: at('Realm settings', 'General', 'ACR to LoA Mapping'),
    },
    // That of a client replaces that of the realm as a whole.
    ...realm.clients
      .filter(({ enabled, attributes }) => enabled && !isEmpty(attributes[MAP]))
      .map(({ clientId, attributes }) => ({
        whose: `the client ${clientId}`,
        map: attributes[MAP],
        where: at('Clients', clientId, 'Advanced', 'ACR to LoA Mapping'),
      })),
  ]
  return [
    ...judgeCondition(realm, step, settings),
    ...places.flatMap(({ whose, map, where }) =>
      judgeMap(settings, { whose, where }, parseMap(map)),
    ),
  ]
}

const isEmpty = (map: string | undefined) =>
  (parseMap(map)?.size ?? 0) === 0 && (map ?? '{}') === '{}'

/** As Keycloak reads it: acr → level. Undefined: it cannot. */
export function parseMap(written: string | undefined): Acrs | undefined {
  const parsed = parseJson(written ?? '{}')
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined
  const pairs = Object.entries(parsed).map(([acr, level]) => [acr, Number(level)] as const)
  return pairs.every(([, level]) => Number.isInteger(level)) ? new Map(pairs) : undefined
}

type Place = { readonly whose: string; readonly where: string }

function judgeMap(
  { acrByLevel }: StepSettings,
  { whose, where }: Place,
  map: Acrs | undefined,
): readonly Finding[] {
  const wanted = [...acrByLevel].map(([level, acr]) => `${acr} = ${level}`).join(', ')
  if (map === undefined || map.size === 0)
    return [
      {
        weighs: 'wrong',
        says:
          map === undefined
            ? `The ACR to LoA mapping of ${whose} cannot be read.`
            : `There is no ACR to LoA mapping of ${whose}.`,
        why: 'applications ask for a level by its acr: none of them can ask for a second factor, and their tokens name none.',
        where: `${where}: ${wanted}`,
      },
    ]
  return [...acrByLevel].flatMap(([level, acr]): Finding[] => {
    const named = [...map].filter(([, one]) => one === level).map(([name]) => name)
    if (named.includes(acr)) return []
    const other = map.get(acr)
    if (other !== undefined)
      return [
        {
          weighs: 'wrong',
          says: `${acr} is level ${other} for ${whose}, and level ${level} for the step (acr by level).`,
          why: `an application that asks for ${acr} is given level ${other}, which is something else.`,
          where: `${where}: ${acr} = ${level}`,
        },
      ]
    if (named.length === 0)
      return [
        {
          weighs: 'wrong',
          says: `The ACR to LoA mapping of ${whose} has no acr for level ${level}, at which the step asks for ${acr}.`,
          why: 'no application can ask for that level, so the step is never asked.',
          where: `${where}: ${acr} = ${level}`,
        },
      ]
    return [
      {
        weighs: 'mind',
        says: `Level ${level} is ${named.join(', ')} for ${whose}, and the step asks Sallyport for ${acr}.`,
        why: 'it works; tokens say the one and stepup_acr the other, which is easily taken for a mistake.',
        where: `${where}, or the setting acr by level of the step`,
      },
    ]
  })
}

function judgeCondition(
  realm: RealmAsRead,
  step: Step,
  { acrByLevel }: StepSettings,
): readonly Finding[] {
  const condition = loaOf(step)
  if (condition === undefined) return []
  const where = at('Authentication', 'Flows', step.flow.alias)
  const { 'loa-condition-level': level, 'loa-max-age': age } = condition.settings ?? {}
  if (level === undefined || !/^\d{1,6}$/.test(level))
    return [
      {
        weighs: 'wrong',
        says: `${condition.name} around ${shown(step)} says no level.`,
        why: 'Keycloak cannot tell when it is met.',
        where: `${where}: the settings of the condition`,
      },
    ]
  const findings: Finding[] = []
  if (![...acrByLevel.keys()].some((one) => one >= Number(level)))
    findings.push({
      weighs: 'wrong',
      says: `${shown(step)} stands at level ${level}, for which acr by level lists nothing.`,
      why: 'every sign-in that asks for it ends on an error page (stepup_misconfigured).',
      where: `${where}: the setting acr by level of the step, such as ${level}=mfa`,
    })
  const seconds = Number(age ?? 0)
  const session = realm.settings.ssoSessionMaxLifespan || LONG_SECONDS
  if (seconds >= Math.min(LONG_SECONDS, session))
    findings.push({
      weighs: 'mind',
      says: `A session keeps level ${level} for ${seconds} seconds, which is ${seconds >= session ? 'its whole life' : 'more than half a day'}.`,
      why: 'whoever finds the browser open meanwhile is not asked again.',
      where: `${where}: Max Age of the condition; 300 is five minutes, 0 asks each time`,
    })
  return findings
}
