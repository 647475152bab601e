import type { PolicyStore } from '../../../policy/index.ts'
import { appliedPolicyIn, ownSettingsIn } from '../../rows-policy.ts'
import { isSameJson } from '../../to-rows.ts'
import * as sql from '../statements/policy.ts'
import { end as endTrust } from '../statements/trust.ts'
import type { PortDeps } from './deps.ts'
import { createDone, nothing } from './done.ts'

export function policyStore(deps: PortDeps): PolicyStore {
  const { link, toRows } = deps
  const { done } = createDone(deps)
  return {
    async current() {
      const [row] = await link.read(sql.current, {})
      return appliedPolicyIn(row)
    },

    async people() {
      return (await link.read(sql.people, {})).map(ownSettingsIn)
    },

    apply(seen, settings, people, changed, events, now) {
      const accounts = people.map(({ account }) => account)
      const own = people.map((one) => JSON.stringify(one.settings))
      const told = toRows.told(events)
      return done(async (tx) => {
        await tx.run(sql.begin, {})
        const [held] = await tx.run(sql.hold, {})
        if (held?.version !== seen) return nothing('stale')
        const found = await tx.run(sql.known, { accounts })
        if (found.length !== new Set(accounts).size) return nothing('unknown-account')
        await tx.run(sql.apply, { document: JSON.stringify(settings), now })
        await tx.run(sql.clear, {})
        if (people.length > 0) await tx.run(sql.put, { accounts, settings: own })
        if (changed.length > 0) await tx.run(endTrust, { accounts: changed })
        return { answer: 'applied', told, own: [] }
      })
    },

    set(account, settings, events, seen) {
      const told = toRows.told(events)
      return done(async (tx) => {
        await tx.run(sql.begin, {})
        await tx.run(sql.hold, {})
        const found = await tx.run(sql.known, { accounts: [account] })
        if (found.length === 0) return nothing('unknown')
        if (seen !== undefined) {
          const [own] = await tx.run(sql.own, { account })
          const before = own?.settings ?? null
          if (!isSameJson(before, seen && JSON.stringify(seen))) return nothing('stale')
        }
        if (settings === null) await tx.run(sql.take, { account })
        else await tx.run(sql.put, { accounts: [account], settings: [JSON.stringify(settings)] })
        await tx.run(endTrust, { accounts: [account] })
        await tx.run(sql.count, {})
        return { answer: 'set', told, own: [] }
      })
    },
  }
}
