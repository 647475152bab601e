import type { Actor } from '../audit/index.ts'
import type { Instant } from '../kernel/index.ts'
import type { Held } from './step-up.ts'

/** What every event about a step-up says. */
export function about({ id, request, account }: Held, at: Instant, actor: Actor = 'person') {
  return { at, actor, stepUp: id, client: request.client, account }
}
