import type { Tools } from './cli/index.ts'
import type { Config } from './config/index.ts'
import { type Clock, later } from './kernel/index.ts'
import type { TrustStore } from './trust/index.ts'

/** What operators see of trust, by the settings as they are now, and its end. */
export function composeTrust(
  { trust }: Pick<Config, 'trust'>,
  { store, clock }: { readonly store: TrustStore; readonly clock: Clock },
): Tools['trust'] {
  return {
    async list(account) {
      const now = clock.now()
      return (await store.list(account)).map(({ id, group, factor, binding, ip, at }) => {
        const end = later(at, trust.hours * 3600)
        const until = binding === trust.binding && now < end ? end : null
        return { id, group, factor, binding, ip, at, until }
      })
    },
    revoke(account, which, actor) {
      const about = { event: 'trust.revoked', at: clock.now(), actor, account } as const
      const event = { ...about, why: 'operator', which } as const
      return store.revoke(account, which === 'all' ? which : { id: which }, [event])
    },
  }
}
