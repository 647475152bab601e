import type { Tools } from './cli/index.ts'
import type { App, World } from './compose.ts'
import type { Config } from './config/index.ts'
import { type Clock, later } from './kernel/index.ts'
import { createSparing } from './log/index.ts'
import type { Metrics } from './metrics/index.ts'
import type { Policies, Policy } from './policy/index.ts'

type Deps = {
  readonly app: Pick<App, 'store' | 'policies'>
  readonly clock: Clock
}

/** What operators see of trust, by the settings as they are now, and its end. */
export function composeTrust({ app, clock }: Deps): Tools['trust'] {
  const { trust: store, stepUps } = app.store
  return {
    async list(account) {
      const now = clock.now()
      const { grants, settings, policyVersion } = await stepUps.standing(account)
      const policy = await app.policies.at(policyVersion)
      const hours = settings?.trustHours ?? policy.trustHoursMax
      const newest = grants.toSorted((one, other) => other.at - one.at)
      return newest.map(({ id, group, factor, binding, ip, at }) => {
        const end = later(at, hours * 3600)
        const isGood = binding === policy.trustBinding && at >= (policy.trustSince ?? at)
        return { id, group, factor, binding, ip, at, until: isGood && now < end ? end : null }
      })
    },
    revoke(account, which, actor) {
      const about = { event: 'trust.revoked', at: clock.now(), actor, account } as const
      const event = { ...about, why: 'operator', which } as const
      return store.revoke(account, which === 'all' ? which : { id: which }, [event])
    },
  }
}

/** Between two lines about a proxy that is not listed. */
const UNLISTED_SECONDS = 600

/** Hears of each request that was forwarded by somebody who is none of `listen.trustedProxies`. */
export function createTellUnlisted(deps: {
  readonly world: Pick<World, 'log' | 'stopwatch'>
  readonly policies: Pick<Policies, 'latest'>
  readonly metrics: Pick<Metrics, 'forwardedByUnlisted'>
}): (peer: string | null) => void {
  const { world, policies, metrics } = deps
  const tell = createSparing({
    ...{ seconds: UNLISTED_SECONDS, stopwatch: world.stopwatch },
    tell: (facts) =>
      world.log.warn('forwarded by none of listen.trustedProxies: no trust by address', facts),
  })
  return (peer) => {
    metrics.forwardedByUnlisted()
    if (isByAddress(policies.latest())) tell({ peer })
  }
}

/** At the start, when nobody has come yet through a proxy that was forgotten. */
export function tellOfAddresses(
  config: Config,
  policy: Policy,
  log: Pick<World['log'], 'warn'>,
): void {
  if (!isByAddress(policy) || config.listen.trustedProxies.length > 0) return
  log.warn('trust goes by address, and listen.trustedProxies names no proxy', {
    binding: policy.trustBinding,
    advice: 'list every proxy in front: who comes through another one is asked each time',
  })
}

const isByAddress = ({ trustHoursMax, trustBinding }: Policy): boolean =>
  trustHoursMax > 0 && trustBinding !== 'device'
