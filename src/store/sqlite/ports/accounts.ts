import type { AccountStore } from '../../../directories/index.ts'
import { instantOf } from '../../../kernel/index.ts'
import { idIn } from '../../rows.ts'
import { accountIn, accountViewIn, listedAccountIn } from '../../rows-people.ts'
import { contactsRow } from '../../to-rows.ts'
import type { PortDeps } from './deps.ts'
import { createEndings } from './endings.ts'

export function accountStore(deps: PortDeps): AccountStore {
  const { writer, reader, toRows } = deps
  const { endingBy, answerOf, tellEvents } = createEndings(deps)
  return {
    async find(directory, immutable_id) {
      const row = await reader.read((reads) => reads.accountOf.get({ directory, immutable_id }))
      return row && accountIn(row)
    },

    async know({ directory, immutableId, nameKey }, account, now) {
      const of = { directory, immutable_id: immutableId, name_key: nameKey, account, now }
      const spares = [toRows.spare(), toRows.spare(), toRows.spare()] as const
      const known = await writer.call('accounts.know', { ...of, spares })
      tellEvents(known.events)
      return accountIn(known.row)
    },

    async view(directory, by) {
      const row = await reader.read((reads) => {
        if ('account' in by) return reads.accountViews.byAccount.get({ directory, ...by })
        if ('nameKey' in by)
          return reads.accountViews.byName.get({ directory, name_key: by.nameKey })
        return reads.accountViews.byId.get({ directory, immutable_id: by.immutableId })
      })
      return row && accountViewIn(row)
    },

    async list(directory, after, limit) {
      const rows = await reader.read((reads) =>
        reads.accounts.all({ directory, after, count: limit }),
      )
      return rows.map(listedAccountIn)
    },

    async setContacts(directory, account, contacts, events, by, seen) {
      const of = {
        ...{ directory, account, ...contactsRow(contacts) },
        ...{ seen: seen ? contactsRow(seen) : null, ending: endingBy(by) },
      }
      return answerOf(
        await writer.call('accounts.setContacts', { ...of, told: toRows.told(events) }),
      )
    },

    async unseen(directory, before, after, limit) {
      const from = { after_seen_at: after?.seenAt ?? -1, after: after?.account ?? '' }
      const rows = await reader.read((reads) =>
        reads.unseen.all({ directory, before, ...from, count: limit }),
      )
      return rows.map((row) => ({
        account: idIn('account', row.account),
        immutableId: row.immutable_id,
        seenAt: instantOf(row.seen_at),
      }))
    },

    async leave(account, seen_at, now) {
      const of = { account, seen_at, now, spare: toRows.spare() }
      return answerOf(await writer.call('accounts.leave', of))
    },
  }
}
