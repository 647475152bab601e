import { cancelledEvent, OF_ONE_STATE, type Spares } from '../ending.ts'
import { underWayIn } from '../rows.ts'
import type { Tx } from './link.ts'
import * as sql from './statements/ending.ts'
import { end as endTrust } from './statements/trust.ts'

/** Whose sign-ins end, each with the chance that the ids of its events are made of. */
export type Ending = {
  readonly accounts: ReadonlyMap<string, { readonly id: string }>
  /** Only what relies on it; null: all. */
  readonly factor: string | null
  readonly spares: Spares
  /** A step-up that goes on. */
  readonly but?: string
  readonly at: number
  readonly actor: string
}

export type ToldRow = { readonly id: string; readonly event: string }

export type Ended = {
  readonly account: string
  readonly id: string
  readonly value: string
  readonly told: ToldRow
}

/** What is to end, each with its event. The people are held already; from here on their step-ups are too. */
export async function holdSignIns(
  tx: Tx,
  { accounts, factor, spares, but, at, actor }: Ending,
): Promise<{ readonly ended: readonly Ended[]; readonly tokens: readonly string[] }> {
  const of = { accounts: [...accounts.keys()] }
  await tx.run(sql.holdStepUps, of)
  const ended: Ended[] = []
  const tokens: string[] = []
  const touched: { readonly id: string; readonly tag: string }[] = []
  for (const { id, account, state, expires_at, value, redeemed } of await tx.run(
    sql.underWay,
    of,
  )) {
    if (id === but) continue
    const stepUp = underWayIn(value)
    const isAskedBy = factor === null || stepUp.factor === factor
    const isProven = state === 'satisfied'
    if (isProven && isAskedBy) tokens.push(id)
    const mayAsk =
      state === 'enrolling' ||
      state === 'managing' ||
      stepUp.offered.some((way) => way.factor === factor)
    // What is past its time is left to expire; what the client has not been told yet is not told any more.
    const isOver = isProven ? redeemed || !isAskedBy : expires_at <= at || !(isAskedBy || mayAsk)
    const spare = accounts.get(account)
    if (isOver || spare === undefined) continue
    const about = { id, account, client: stepUp.request.client }
    const told = cancelledEvent({ at, actor }, spare, about)
    if (spares === 'asked-nothing' && isAskedNothing(state, stepUp))
      touched.push({ id, tag: told.id })
    else ended.push({ account, id, value: cancelled(stepUp, at), told })
  }
  // Whoever plans one of them at this moment has looked before, and looks again.
  if (touched.length > 0)
    await tx.run(sql.touch, {
      ids: touched.map(({ id }) => id),
      tags: touched.map(({ tag }) => tag),
    })
  return { ended, tokens }
}

const isAskedNothing = (state: string, { offered }: { readonly offered: readonly unknown[] }) =>
  state === 'blocked' && offered.length === 0

/** Ends it, and says what it leaves in the audit. */
export async function endSignIns(tx: Tx, ending: Ending): Promise<readonly ToldRow[]> {
  const { ended, tokens } = await holdSignIns(tx, ending)
  // Whatever ends a question ends that none is asked.
  await tx.run(endTrust, { accounts: [...ending.accounts.keys()] })
  if (tokens.length > 0) await tx.run(sql.endTokens, { ids: tokens })
  if (ended.length === 0) return []
  const ids = ended.map(({ id }) => id)
  const [tags, values] = [ended.map(({ told }) => told.id), ended.map(({ value }) => value)]
  await tx.run(sql.cancel, { ids, tags, values })
  await tx.run(sql.endCodes, { ids })
  return ended.map(({ told }) => told)
}

/** Written here, since jsonb takes less than JSON does: what a client sent may hold what it refuses. */
function cancelled(stepUp: object, at: number): string {
  const held = Object.entries(stepUp).filter(([name]) => !OF_ONE_STATE.includes(name))
  const end = { state: 'cancelled', by: 'operator', at }
  return JSON.stringify({ ...Object.fromEntries(held), ...end })
}
