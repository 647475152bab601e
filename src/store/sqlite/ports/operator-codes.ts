import { operatorCodeIn } from '../../rows-people.ts'
import type { Store } from '../../store.ts'
import { operatorCodeRow } from '../../to-rows.ts'
import type { PortDeps } from './deps.ts'

export function operatorCodeStore({ writer, reader, toRows }: PortDeps): Store['operatorCodes'] {
  return {
    async find(account, kind) {
      const row = await reader.read((reads) => reads.operatorCode.get({ account, kind }))
      return row && operatorCodeIn(row)
    },

    give: (code, isOurs, events) =>
      writer.call('codes.give', { row: operatorCodeRow(code), isOurs, told: toRows.told(events) }),

    revoke: (account, kind, events) =>
      writer.call('codes.revoke', { account, kind, told: toRows.told(events) }),
  }
}
