import { operatorCodeIn, operatorCodeRow } from '../../rows-codes.ts'
import type { Store } from '../../store.ts'
import * as sql from '../statements/operator-codes.ts'
import { hold, untally } from '../statements/people.ts'
import type { PortDeps } from './deps.ts'
import { createDone, nothing } from './done.ts'
import { noticed } from './noticed.ts'

export function operatorCodeStore(deps: PortDeps): Store['operatorCodes'] {
  const { link, toRows } = deps
  const { done } = createDone(deps)
  return {
    async find(account, kind) {
      const [row] = await link.read(sql.find, { account, kind })
      return row && operatorCodeIn(row)
    },

    give(code, isOurs, events) {
      const row = operatorCodeRow(code)
      const { account, kind } = code
      const told = toRows.told(events)
      return done(async (tx) => {
        if (isOurs) {
          const [person] = await tx.run(hold, { account })
          if (person?.state !== 'enabled') return nothing('account-gone')
        }
        const [held] = await tx.run(sql.holdAccount, { account })
        if (held === undefined) return nothing('account-gone')
        if (held.enrolled && kind === 'bind-code') return nothing('enrolled')
        await tx.run(sql.put, row)
        await tx.run(untally, { accounts: [account], factor: kind })
        await noticed(tx, account, 'code-made', { told, at: code.madeAt, factor: kind })
        return { answer: 'given', told, own: [] }
      })
    },

    revoke(account, kind, events) {
      const told = toRows.told(events)
      return done(async (tx) => {
        const revoked = await tx.run(sql.revoke, { account, kind })
        if (revoked.length === 0) return nothing('unknown')
        return { answer: 'revoked', told, own: [] }
      })
    },
  }
}
