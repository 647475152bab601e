import type { Execution, Flow } from './realm.ts'

export const STEP = 'sallyport'
export const OTP_FORM = 'auth-otp-form'
const LOA_CONDITION = 'conditional-level-of-authentication'
const CONDITION = /^conditional-/

/** One flow on the way down to a step: what stands in it, and which of that leads on. */
export type Place = {
  /** As a part of the flow around it; null: the flow itself. */
  readonly flow: Execution | null
  readonly members: readonly Execution[]
  readonly here: Execution
}

/** Where our step stands, from the outside to the inside. */
export type Step = { readonly flow: Flow; readonly places: readonly Place[] }

export function stepsOf(flow: Flow): readonly Step[] {
  const found = (inside: Execution | null, members: readonly Execution[], above: Place[]): Step[] =>
    members.flatMap((here) => {
      const places = [...above, { flow: inside, members, here }]
      return here.provider === STEP ? [{ flow, places }] : found(here, here.executions, places)
    })
  return found(null, flow.executions, [])
}

export const isOn = ({ requirement }: Execution): boolean => requirement !== 'DISABLED'

export const isInUse = ({ places }: Step): boolean => places.every(({ here }) => isOn(here))

export const isCondition = ({ provider }: Execution): boolean => CONDITION.test(provider ?? '')

const isDemand = (one: Execution): boolean =>
  (one.requirement === 'REQUIRED' || one.requirement === 'CONDITIONAL') && !isCondition(one)

/** Beside something that is required, Keycloak leaves out whatever is an alternative. */
export function passedOverFor({ places }: Step): Execution | undefined {
  return places
    .filter(({ here }) => here.requirement === 'ALTERNATIVE')
    .flatMap(({ members }) => members.filter(isDemand))[0]
}

/** What may be done in the place of the step. */
export function rivalsOf({ places }: Step): readonly Execution[] {
  const inner = places.at(-1)
  if (inner?.here.requirement !== 'ALTERNATIVE') return []
  return inner.members.filter(
    (one) => one !== inner.here && one.requirement === 'ALTERNATIVE' && !isCondition(one),
  )
}

/** The conditions around it that Keycloak looks at: only those in a flow that is CONDITIONAL. */
export const conditionsOf = ({ places }: Step): readonly Execution[] =>
  places
    .filter(({ flow }) => flow?.requirement === 'CONDITIONAL')
    .flatMap(({ members }) => members.filter((one) => isCondition(one) && isOn(one)))

export const isLoa = ({ provider }: Execution): boolean => provider === LOA_CONDITION

/** The nearest. */
export const loaOf = (step: Step): Execution | undefined => conditionsOf(step).findLast(isLoa)

/** One that is there, in a flow in which nobody looks at it. */
export const deafLoaOf = ({ places }: Step): Execution | undefined =>
  places.flatMap(({ members }) => members.filter((one) => isLoa(one) && isOn(one))).at(-1)

/** `browser-stepup › stepup-level-2 › Sallyport`. */
export const pathOf = ({ flow, places }: Step): string =>
  [flow.alias, ...places.map(({ here }) => here.name)].join(' › ')

/** `Sallyport in stepup-level-2`. */
export function shown({ flow, places }: Step): string {
  const inner = places.at(-1)
  return `${inner?.here.name ?? ''} in ${inner?.flow?.name ?? flow.alias}`
}
