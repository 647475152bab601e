import type { NoticeStore } from '../../../notices/index.ts'
import { endOf, noticesIn } from '../../rows-notices.ts'
import type { PortDeps } from './deps.ts'

export function noticeStore({ writer, reader, toRows }: PortDeps): NoticeStore {
  return {
    async due(now, limit) {
      const rows = await reader.read((reads) => reads.due.all({ now, count: limit }))
      return noticesIn(rows)
    },
    claim: ({ id, tries }, nextAt, since) =>
      writer.call('notices.claim', { id, tries, next_at: nextAt, since }),
    settle: ({ id, tries }, end, events) =>
      writer.call('notices.settle', {
        row: { id, tries, ...endOf(end) },
        told: toRows.told(events),
      }),
    forget: (before, rows) => writer.call('notices.forget', { before, rows }),
  }
}
