import { at, type Finding, listed } from '../finding.ts'
import type { Execution, Flow, RealmAsRead } from '../realm.ts'
import {
  conditionsOf,
  deafLoaOf,
  isInUse,
  isLoa,
  isOn,
  loaOf,
  OTP_FORM,
  passedOverFor,
  rivalsOf,
  type Step,
  shown,
  stepsOf,
} from '../steps.ts'

const USER_CONFIGURED = 'conditional-user-configured'

/** Whether the step is where sign-ins come by, and nothing there leads past it. */
export function judgeFlows(realm: RealmAsRead): readonly Finding[] {
  return realm.flows.flatMap((flow) => {
    const steps = stepsOf(flow).filter(isInUse)
    if (steps.length > 0)
      return flow.isBound || flow.clients.length > 0
        ? steps.flatMap((step) => judgeStep(realm, step))
        : []
    if (flow.isBound) return [absent(realm, flow)]
    return flow.clients.length > 0 ? [overridden(flow)] : []
  })
}

function absent(realm: RealmAsRead, { alias, ...flow }: Flow): Finding {
  const why = 'whoever signs in is never sent to Sallyport: the password alone is enough.'
  const off = stepsOf({ alias, ...flow })[0]
  if (off !== undefined)
    return {
      weighs: 'wrong',
      says: `The browser flow ${alias} has the step of Sallyport, but switched off.`,
      why,
      where: `${at('Authentication', 'Flows', alias)}: ${shown(off)}, all of it other than Disabled`,
    }
  const elsewhere = realm.flows.find((one) => stepsOf(one).some(isInUse))
  if (elsewhere !== undefined)
    return {
      weighs: 'wrong',
      says: `The browser flow is ${alias}, which has no step of Sallyport; ${elsewhere.alias} has one and is not bound.`,
      why,
      where: at('Authentication', 'Flows', elsewhere.alias, 'Action', 'Bind flow', 'Browser flow'),
    }
  return {
    weighs: 'wrong',
    says: `The browser flow ${alias} has no step of Sallyport.`,
    why,
    where: realm.hasJar
      ? `${at('Authentication', 'Flows', alias)}: Add execution, Sallyport (a built-in flow is duplicated first)`
      : 'put sallyport-keycloak.jar into providers/ of Keycloak and run kc.sh build; then the flow of docs/keycloak.md',
  }
}

const overridden = ({ alias, clients }: Flow): Finding => ({
  weighs: 'mind',
  says: `${listed(clients)} ${clients.length === 1 ? 'has' : 'have'} a browser flow of their own, ${alias}, and it has no step of Sallyport.`,
  why: 'whoever signs in there is never sent to Sallyport, whatever level is asked for.',
  where: at(
    'Clients',
    clients[0] ?? '',
    'Advanced',
    'Authentication flow overrides',
    'Browser flow',
  ),
})

function judgeStep(realm: RealmAsRead, step: Step): readonly Finding[] {
  return [
    ...passedOver(step),
    ...withoutLevel(step),
    ...userConfigured(step),
    ...otherConditions(step),
    ...rivals(realm, step),
  ]
}

const flowOf = (step: Step): string => at('Authentication', 'Flows', step.flow.alias)

function passedOver(step: Step): readonly Finding[] {
  const demand = passedOverFor(step)
  if (demand === undefined) return []
  return [
    {
      weighs: 'wrong',
      says: `The step ${shown(step)} is never reached: it is an Alternative beside ${demand.name}, which is ${demand.requirement}.`,
      why: 'Keycloak leaves out alternatives where something beside them is required.',
      where: `${flowOf(step)}: Required instead of Alternative`,
    },
  ]
}

function withoutLevel(step: Step): readonly Finding[] {
  if (loaOf(step) !== undefined) return []
  const deaf = deafLoaOf(step)
  const where = `${flowOf(step)}: around the step a sub-flow that is Conditional, in it Condition - Level of Authentication, Required`
  const why =
    'no level is ever reached: tokens say acr of level 1 at best, and even an application that insists on a level (essential acr) gets a token without it.'
  if (deaf !== undefined)
    return [
      {
        weighs: 'wrong',
        says: `The condition ${deaf.name} beside ${shown(step)} is not looked at: its sub-flow is not Conditional.`,
        ...{ why, where },
      },
    ]
  return [
    {
      weighs: 'wrong',
      says: `There is no Condition - Level of Authentication around ${shown(step)}.`,
      ...{ why, where },
    },
  ]
}

/** Our step is met for everybody. What else is required beside it may not be, and takes the level along. */
function userConfigured(step: Step): readonly Finding[] {
  const condition = conditionsOf(step).find(({ provider }) => provider === USER_CONFIGURED)
  if (condition === undefined) return []
  const beside = step.places
    .filter(({ members }) => members.includes(condition))
    .flatMap(({ members, here }) => members.filter((one) => one !== here && isDemand(one)))
  const where = `${flowOf(step)}: take out ${condition.name}`
  if (beside.length > 0)
    return [
      {
        weighs: 'wrong',
        says: `${condition.name} stands in the same sub-flow as ${shown(step)} and ${listed(beside.map(({ name }) => name))}.`,
        why: 'for people without one of these the whole sub-flow is left out, and applications that ask for its level get a token of a lower one.',
        where,
      },
    ]
  return [
    {
      weighs: 'mind',
      says: `${condition.name} stands in the sub-flow of ${shown(step)}.`,
      why: 'Keycloak cannot know who has a factor at Sallyport, so it is met for everybody and decides nothing. With another step in there it lets people pass at a lower level without a word.',
      where,
    },
  ]
}

const isDemand = (one: Execution): boolean =>
  one.requirement === 'REQUIRED' && one.provider?.startsWith('conditional-') !== true

function otherConditions(step: Step): readonly Finding[] {
  return conditionsOf(step)
    .filter((one) => !isLoa(one) && one.provider !== USER_CONFIGURED)
    .map((condition) => ({
      weighs: 'mind',
      says: `${condition.name} decides whether ${shown(step)} is asked at all.`,
      why: 'where it is not met, a sign-in that asks for the level goes on without it, and the token says a lower acr.',
      where: `${flowOf(step)}; who is asked is better said by rules of Sallyport (docs/policy.md)`,
    }))
}

function rivals(realm: RealmAsRead, step: Step): readonly Finding[] {
  const others = rivalsOf(step).filter(isOn)
  if (others.length === 0) return []
  const otp = others.find(({ provider }) => provider === OTP_FORM)
  const where = `${flowOf(step)}: the step Required, ${listed(others.map(({ name }) => name))} Disabled; or leave it so where either may be enough`
  const { withOtp } = realm
  if (otp === undefined || withOtp?.count === 0)
    return [
      {
        weighs: 'mind',
        says: `${shown(step)} is an Alternative beside ${listed(others.map(({ name }) => name))}.`,
        why: 'whoever has that passes the level by it, and Sallyport hears nothing of it.',
        where,
      },
    ]
  const count =
    withOtp === null
      ? 'people with an OTP app of Keycloak'
      : `${withOtp.count} of ${withOtp.of} people looked at have an OTP app of Keycloak and`
  return [
    {
      weighs: withOtp === null ? 'mind' : 'wrong',
      says: `${shown(step)} is an Alternative beside ${otp.name}: ${count} see that form first.`,
      why: 'Keycloak puts what people have stored with it before all else, whatever the order; they pass the level there, and Sallyport is only under Try another way.',
      where,
    },
  ]
}
