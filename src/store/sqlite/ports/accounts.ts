import type { AccountStore } from '../../../directories/index.ts'
import { eventIn, idIn } from '../../rows.ts'
import type { PortDeps } from './deps.ts'

export function accountStore({ writer, reader, toRows, heard }: PortDeps): AccountStore {
  return {
    async find(directory, immutable_id) {
      const row = await reader.read((reads) => reads.accountOf.get({ directory, immutable_id }))
      return row && { account: idIn('account', row.account), nameKey: row.name_key }
    },

    async know({ directory, immutableId, nameKey }, account, now) {
      const of = { directory, immutable_id: immutableId, name_key: nameKey, account, now }
      const spares = [toRows.spare(), toRows.spare()] as const
      const known = await writer.call('accounts.know', { ...of, spares })
      if (known.events.length > 0) heard(known.events.map(eventIn))
      return idIn('account', known.account)
    },
  }
}
