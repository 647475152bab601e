import type { NoticeStore } from '../../../notices/index.ts'
import { endOf, NOTICE_KINDS, noticesIn } from '../../rows-notices.ts'
import { toldValues } from '../parts.ts'
import * as sql from '../statements/notices.ts'
import { tell } from '../statements/tell.ts'
import type { PortDeps } from './deps.ts'

export function noticeStore({ link, toRows }: PortDeps): NoticeStore {
  return {
    async due(now, limit) {
      return noticesIn(await link.read(sql.due, { now, kinds: NOTICE_KINDS, count: limit }))
    },

    async claim({ id, tries }, nextAt, since) {
      const { rows } = await link.write(sql.claim, { id, tries, next_at: nextAt, since })
      // Where the answer was lost it may have been ours: it is tried again later, and told no less.
      return rows[0] ?? 'taken'
    },

    async settle({ id, tries }, end, events) {
      const told = toRows.told(events)
      return link.transact(async (tx) => {
        const settled = await tx.run(sql.settle, { id, tries, ...endOf(end) })
        if (settled.length === 0) return 'stale'
        if (told.length > 0) await tx.run(tell, toldValues(told))
        return 'settled'
      })
    },

    async forget(before, rows) {
      const { rows: answered } = await link.write(sql.forget, { before, rows })
      return answered[0]?.forgotten ?? 0
    },
  }
}
