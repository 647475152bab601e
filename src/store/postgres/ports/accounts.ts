import type { AccountStore } from '../../../directories/index.ts'
import { invariant } from '../../../kernel/index.ts'
import { eventIn, idIn, textsIn } from '../../rows.ts'
import * as sql from '../statements/accounts.ts'
import type { PortDeps } from './deps.ts'

export function accountStore({ link, toRows, heard }: PortDeps): AccountStore {
  return {
    async find(directory, immutable_id) {
      const [row] = await link.read(sql.find, { directory, immutable_id })
      return row && { account: idIn('account', row.account), nameKey: row.name_key }
    },

    async know({ directory, immutableId, nameKey }, account, now) {
      const { rows } = await link.write(sql.know, {
        ...{ directory, immutable_id: immutableId, name_key: nameKey, account, now },
        ...{ made_id: toRows.spare().id, reused_id: toRows.spare().id },
      })
      const [known] = rows
      invariant(known !== undefined, 'an account that was asked for is there')
      const events = textsIn(known.events)
      if (events.length > 0) heard(events.map(eventIn))
      return idIn('account', known.account)
    },
  }
}
