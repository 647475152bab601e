import { type FactorKind, invariant } from '../kernel/index.ts'
import type { Make } from './make.ts'
import type { CodeSender } from './ports.ts'
import type { Found } from './step-up-store.ts'

export type Deliver = (
  at: Found,
) => Promise<{ readonly at: Found; readonly outcome: 'accepted' | 'recipient-refused' | 'failed' }>

/**
 * Sends the code of a challenge whose message is claimed already. A crash between the two sends one too few,
 * never one too many.
 */
export function createDeliver(deps: {
  readonly make: Make
  readonly senders: ReadonlyMap<FactorKind, CodeSender>
}): Deliver {
  return async (at) => {
    const current = at.value
    invariant(current.state === 'challenged', 'what is delivered is the code of a challenge')
    const { factor, challenge } = current
    const sender = deps.senders.get(factor)
    invariant(sender !== undefined, `what is sent has a sender: ${factor}`)
    const delivery = await sender.deliver(current)
    const made = await deps.make(at, { move: 'deliver', factor, challenge, ...delivery })
    return { at: made.at, outcome: delivery.outcome }
  }
}
