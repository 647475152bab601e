import { operatorCodeIn, operatorCodeRow } from '../../rows-codes.ts'
import type { Store } from '../../store.ts'
import type { PortDeps } from './deps.ts'

export function operatorCodeStore({ writer, reader, toRows }: PortDeps): Store['operatorCodes'] {
  return {
    async find(account, kind) {
      const row = await reader.read((reads) => reads.operatorCode.get({ account, kind }))
      return row && operatorCodeIn(row)
    },

    give(code, isOurs, events) {
      const keeping = { isOurs, isTheirs: !isOurs }
      const told = toRows.told(events)
      return writer.call('codes.give', { row: operatorCodeRow(code), keeping, told })
    },

    revoke: (account, kind, events) =>
      writer.call('codes.revoke', { account, kind, told: toRows.told(events) }),
  }
}
