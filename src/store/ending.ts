import { hashOf } from '../kernel/index.ts'
import type { Held, StepUp } from '../stepup/index.ts'

type FieldOf<S> = S extends unknown ? keyof S : never
type OfOneState = Exclude<FieldOf<StepUp>, keyof Held | 'state' | 'at' | 'by'>

/** What a step-up leaves behind when an operator ends it. The type knows when a state gains a field. */
const LEFT_BEHIND: Readonly<Record<OfOneState, true>> = {
  ...({ factor: true, challenge: true, sent: true, pending: true, proven: true } as const),
  ...({ attemptsLeft: true, unjudged: true, leadsTo: true } as const),
  ...({ why: true, reason: true, how: true, proof: true } as const),
}

export const OF_ONE_STATE: readonly string[] = Object.keys(LEFT_BEHIND)

/**
 * `asked-nothing`: those that wait for Try again with nothing to choose live on where contacts are changed, which is what
 * they wait for.
 */
export type Spares = 'asked-nothing' | 'none'

/** The audit of a step-up that was ended: its id is made of the one piece of chance that came along for all of them. */
export function cancelledEvent(
  { at, actor }: { readonly at: number; readonly actor: string },
  spare: { readonly id: string },
  stepUp: { readonly id: string; readonly client: string; readonly account: string | null },
): { readonly id: string; readonly event: string } {
  const { id, client, account } = stepUp
  const event = { at, actor, stepUp: id, client, account, event: 'step-up.cancelled' }
  return {
    id: `evt_${hashOf(`${spare.id} ${id}`).slice(0, 22)}`,
    event: JSON.stringify(event),
  }
}
