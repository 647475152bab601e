import type { AuditEvent } from '../audit/index.ts'
import type { Clock } from '../kernel/index.ts'
import type { Client } from './clients/index.ts'
import type { RequestStore } from './request-store.ts'
import type { Refusal } from './requests/index.ts'

/** Keeps for the operator why a request came to nothing. */
export type RefuseRequest = (client: Client, refusal: Refusal) => Promise<void>

/** Only for what a client has proven to be its own: a stranger must not be able to fill the audit. */
export function createRefuseRequest(deps: {
  readonly store: RequestStore
  readonly clock: Clock
  readonly heard: (events: readonly AuditEvent[]) => void
}): RefuseRequest {
  return async ({ id }, { refusal }) => {
    const event: AuditEvent = {
      event: 'request.refused',
      at: deps.clock.now(),
      actor: 'client',
      client: id,
      reason: refusal,
    }
    await deps.store.refuse(event)
    deps.heard([event])
  }
}
