import type { Company } from './company.ts'
import type { Id, RealmFile } from './realm.ts'

/** A step of a flow, or a subflow, as an administrator sees them. */
type Step =
  | { readonly step: string; readonly requirement: Requirement; readonly settings?: string }
  | { readonly flow: string; readonly requirement: Requirement; readonly steps: readonly Step[] }
type Requirement = 'REQUIRED' | 'ALTERNATIVE' | 'CONDITIONAL'

export const required = (step: string, settings?: string): Step => ({
  ...{ step, requirement: 'REQUIRED' },
  ...(settings !== undefined && { settings }),
})

export const as = (requirement: Requirement, one: Step): Step => ({ ...one, requirement })

export const subflow = (flow: string, requirement: Requirement, steps: readonly Step[]): Step => ({
  flow,
  requirement,
  steps,
})

export const PASSWORD = required('auth-username-password-form', 'amr-pwd')
export const SALLYPORT = required('sallyport', 'sallyport')

/** With one of the names of settings that are in the realm's file. */
export const atLevel = (level: 1 | 2, ...steps: readonly Step[]): Step => {
  const condition = required('conditional-level-of-authentication', `loa-${level}`)
  return subflow(`level-${level}`, 'CONDITIONAL', [condition, ...steps])
}

/** A browser flow in which a live session will do, else these steps. */
export function withFlow(file: RealmFile, alias: string, steps: readonly Step[]): RealmFile {
  const top: readonly Step[] = [
    { step: 'auth-cookie', requirement: 'ALTERNATIVE' },
    subflow('forms', 'ALTERNATIVE', steps),
  ]
  const flows = [...file.authenticationFlows, ...flowsOf(alias, top, true)]
  return { ...file, authenticationFlows: flows }
}

function flowsOf(alias: string, steps: readonly Step[], topLevel: boolean): readonly object[] {
  const below = (flow: string) => `${alias} ${flow}`
  const authenticationExecutions = steps.map((one, n) => ({
    ...{ requirement: one.requirement, priority: 10 * n },
    ...('flow' in one
      ? { flowAlias: below(one.flow), authenticatorFlow: true }
      : { authenticator: one.step, authenticatorFlow: false }),
    ...('settings' in one && { authenticatorConfig: one.settings }),
  }))
  const flow = { alias, providerId: 'basic-flow', topLevel, builtIn: false }
  const subflows = steps.flatMap((one) =>
    'flow' in one ? flowsOf(below(one.flow), one.steps, false) : [],
  )
  return [{ ...flow, authenticationExecutions }, ...subflows]
}

/** In which flow an application's people sign in. */
export async function bind({ admin }: Company, clientId: string, alias: string): Promise<void> {
  const flows = (await admin('GET', '/authentication/flows')) as readonly (Id & {
    readonly alias: string
  })[]
  const [client] = (await admin('GET', `/clients?clientId=${clientId}`)) as readonly Id[]
  const browser = flows.find((flow) => flow.alias === alias)?.id
  const authenticationFlowBindingOverrides = { browser }
  await admin('PUT', `/clients/${client?.id}`, { ...client, authenticationFlowBindingOverrides })
}
