import type { AccountStore } from '../../../directories/index.ts'
import { instantOf, invariant } from '../../../kernel/index.ts'
import { eventIn, idIn, textsIn } from '../../rows.ts'
import { accountIn, accountViewIn, listedAccountIn } from '../../rows-people.ts'
import { contactsRow, formerOf, isAsSeen } from '../../to-rows.ts'
import { endSignIns } from '../ending.ts'
import * as sql from '../statements/accounts.ts'
import type { PortDeps } from './deps.ts'
import { createDone, nothing } from './done.ts'
import { noticed } from './noticed.ts'

export function accountStore(deps: PortDeps): AccountStore {
  const { link, toRows, heard } = deps
  const { done, endingOf } = createDone(deps)
  return {
    async find(directory, immutable_id) {
      const [row] = await link.read(sql.find, { directory, immutable_id })
      return row && accountIn(row)
    },

    async know({ directory, immutableId, nameKey }, account, now) {
      const { rows } = await link.write(sql.know, {
        ...{ directory, immutable_id: immutableId, name_key: nameKey, account, now },
        ...{ made_id: toRows.spare().id, returned_id: toRows.spare().id },
        reused_id: toRows.spare().id,
      })
      const [known] = rows
      invariant(known !== undefined, 'an account that was asked for is there')
      const events = textsIn(known.events)
      if (events.length > 0) heard(events.map(eventIn))
      return accountIn(known)
    },

    async view(directory, by) {
      const [row] =
        'account' in by
          ? await link.read(sql.viewByAccount, { directory, ...by })
          : 'nameKey' in by
            ? await link.read(sql.viewByName, { directory, name_key: by.nameKey })
            : await link.read(sql.viewById, { directory, immutable_id: by.immutableId })
      return row && accountViewIn(row)
    },

    async list(directory, after, limit) {
      const rows = await link.read(sql.list, { directory, after, count: limit })
      return rows.map(listedAccountIn)
    },

    setContacts(directory, account, contacts, events, by, seen) {
      const { emails, phones } = contactsRow(contacts)
      const ending = endingOf(account, { spares: 'asked-nothing' }, by)
      const told = toRows.told(events)
      return done(async (tx) => {
        const [before] = await tx.run(sql.holdContacts, { directory, account })
        if (before === undefined) return nothing('unknown')
        if (seen !== undefined && !isAsSeen(before, contactsRow(seen))) return nothing('stale')
        await tx.run(sql.setContacts, { account, emails, phones })
        const isAsBefore = before.emails === emails && before.phones === phones
        const notice = { told, at: by.at, former: formerOf(before) }
        if (!isAsBefore) await noticed(tx, account, 'contacts', notice)
        const own = isAsBefore ? [] : await endSignIns(tx, ending)
        return { answer: 'set', told: [...told, ...own], own }
      })
    },

    async unseen(directory, before, after, limit) {
      const rows = await link.read(sql.unseen, {
        ...{ directory, before, after_seen_at: after?.seenAt ?? -1, after: after?.account ?? '' },
        count: limit,
      })
      return rows.map((row) => ({
        account: idIn('account', row.account),
        immutableId: row.immutable_id,
        seenAt: instantOf(row.seen_at),
      }))
    },

    async leave(account, seen_at, now) {
      const of = { account, seen_at, now, id: toRows.spare().id }
      const { rows } = await link.write(sql.leave, of)
      if (rows.length === 0) return 'seen-since'
      heard(rows.map(({ event }) => eventIn(event)))
      return 'left'
    },
  }
}
