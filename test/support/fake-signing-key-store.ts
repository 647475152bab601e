import type { AuditEvent } from '../../src/audit/index.ts'
import type { SigningKey, SigningKeyStore } from '../../src/oidc/index.ts'

/** Keeps the contract of the port in memory. */
export function createFakeSigningKeyStore(): SigningKeyStore & {
  readonly events: readonly AuditEvent[]
} {
  let keys: readonly SigningKey[] = []
  const events: AuditEvent[] = []
  const nameOf = ({ kid, state }: Pick<SigningKey, 'kid' | 'state'>) => `${kid} ${state}`
  const named = (set: readonly Pick<SigningKey, 'kid' | 'state'>[]) =>
    set.map(nameOf).sort().join('\n')

  return {
    events,
    list: async () => keys,
    async replaceSet(seen, next, more) {
      if (named(seen) !== named(keys)) return 'stale'
      keys = next
      events.push(...more)
      return 'replaced'
    },
  }
}
