import type { z } from 'zod'
import {
  type Client,
  type Execution,
  executionList,
  executionSettings,
  type Flow,
  type flowList,
} from '../realm.ts'
import { isLoa, STEP } from '../steps.ts'
import { type AdminApi, Unreadable } from './admin-api.ts'

/** Of a realm's own flows, as many are looked through for a step that nobody bound. */
const LOOKED_THROUGH_MAX = 30

type Of = {
  readonly flows: z.output<typeof flowList>
  readonly clients: readonly Client[]
  /** Its alias. */
  readonly bound: string
}

/** The bound one, those that clients have in its place, and those that somebody made. */
export async function readFlows(
  api: AdminApi,
  realm: string,
  { flows, clients, bound }: Of,
): Promise<readonly Flow[]> {
  const having = (id: string) =>
    clients
      .filter((one) => one.enabled && one.authenticationFlowBindingOverrides['browser'] === id)
      .map(({ clientId }) => clientId)
  const all = flows.map(({ id, alias, builtIn }) => {
    const used = { alias, isBound: alias === bound, clients: having(id) }
    return { ...used, builtIn }
  })
  const isUsed = (one: (typeof all)[number]) => one.isBound || one.clients.length > 0
  const wanted = [
    ...all.filter(isUsed),
    ...all.filter((one) => !isUsed(one) && !one.builtIn).slice(0, LOOKED_THROUGH_MAX),
  ]
  const read: Flow[] = []
  for (const { builtIn: _, ...flow } of wanted)
    read.push({ ...flow, executions: await readExecutions(api, realm, flow.alias) })
  return read
}

async function readExecutions(
  api: AdminApi,
  realm: string,
  alias: string,
): Promise<readonly Execution[]> {
  const path = `${realm}/authentication/flows/${encodeURIComponent(alias)}/executions`
  const parsed = executionList.safeParse(await jsonOf(api, path))
  if (!parsed.success) throw new Unreadable(`the executions of the flow ${alias} cannot be read`)
  const root: Execution[] = []
  /** The lists that are open, by their level. */
  const open = [root]
  for (const one of parsed.data) {
    const executions: Execution[] = []
    const provider = one.authenticationFlow ? null : (one.providerId ?? '')
    const name = one.displayName ?? provider ?? ''
    const made = { name, provider, requirement: one.requirement, settings: null, executions }
    const id = one.authenticationConfig ?? null
    const isRead = id !== null && (provider === STEP || isLoa(made))
    const settings = isRead ? await readSettings(api, realm, id) : null
    open[one.level]?.push({ ...made, settings })
    open.length = Math.min(open.length, one.level + 1)
    open.push(executions)
  }
  return root
}

async function readSettings(
  api: AdminApi,
  realm: string,
  id: string,
): Promise<Execution['settings']> {
  const path = `${realm}/authentication/config/${encodeURIComponent(id)}`
  return executionSettings.safeParse(await jsonOf(api, path)).data?.config ?? {}
}

async function jsonOf(api: AdminApi, path: string): Promise<unknown> {
  const answer = await api.get(path)
  if (answer.heard === 'json') return answer.json
  throw new Unreadable(`${path} cannot be read (${answer.heard}); somebody may be changing it`)
}
