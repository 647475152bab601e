import type { PolicyStore } from '../../../policy/index.ts'
import { appliedPolicyIn, ownSettingsIn } from '../../rows-policy.ts'
import { toldOf, toldValues } from '../parts.ts'
import * as sql from '../statements/policy.ts'
import { tell } from '../statements/tell.ts'
import type { PortDeps } from './deps.ts'

export function policyStore({ link, toRows }: PortDeps): PolicyStore {
  return {
    async current() {
      const [row] = await link.read(sql.current, {})
      return appliedPolicyIn(row)
    },

    async people() {
      return (await link.read(sql.people, {})).map(ownSettingsIn)
    },

    apply(seen, settings, people, events, now) {
      const accounts = people.map(({ account }) => account)
      const own = people.map((one) => JSON.stringify(one.settings))
      const told = toRows.told(events)
      return link.transact(async (tx) => {
        await tx.run(sql.begin, {})
        const [held] = await tx.run(sql.hold, {})
        if (held?.version !== seen) return 'stale'
        const [found] = await tx.run(sql.known, { accounts })
        if (found?.known !== new Set(accounts).size) return 'unknown-account'
        await tx.run(sql.apply, { document: JSON.stringify(settings), now })
        await tx.run(sql.clear, {})
        if (people.length > 0) await tx.run(sql.put, { accounts, settings: own })
        if (told.length > 0) await tx.run(tell, toldValues(told))
        return 'applied'
      })
    },

    async set(account, settings, events) {
      const kept = settings && JSON.stringify(settings)
      const values = { account, settings: kept, ...toldOf(toRows, events) }
      const { rows } = await link.write(sql.set, values)
      return rows[0]?.known === 1 ? 'set' : 'unknown'
    },
  }
}
