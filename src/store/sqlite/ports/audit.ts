import type { AuditStore, LeaseStore } from '../../../audit/index.ts'
import { instantOf } from '../../../kernel/index.ts'
import { eventIn, idIn } from '../../rows.ts'
import type { PortDeps } from './deps.ts'

export function auditStore({ writer, reader, toRows }: PortDeps): AuditStore {
  return {
    async keep(events) {
      await writer.call('audit.keep', toRows.told(events))
    },

    async unsealed(limit) {
      const rows = await reader.read((reads) => reads.unsealed.all({ count: limit }))
      return rows.map(({ id, event }) => ({ id: idIn('event', id), event: eventIn(event) }))
    },

    head: () => reader.read((reads) => reads.head.get({})),

    seal: (after, links, checkpoint) =>
      writer.call('audit.seal', {
        after,
        links: links.map(({ sequence, id, keyId, mac }) => ({ sequence, id, key_id: keyId, mac })),
        checkpoint: checkpoint && {
          sequence: checkpoint.sequence,
          mac: checkpoint.mac,
          at: checkpoint.at,
          key_id: checkpoint.keyId,
          signature: checkpoint.signature,
        },
      }),

    async sealed(after, limit) {
      const rows = await reader.read((reads) => reads.sealed.all({ after, count: limit }))
      return rows.map(({ id, event, sequence, key_id, mac }) => ({
        ...{ id: idIn('event', id), event: eventIn(event) },
        ...{ sequence, keyId: key_id, mac },
      }))
    },

    async lastCheckpoint() {
      const row = await reader.read((reads) => reads.checkpoint.get({}))
      if (row === undefined) return undefined
      const { sequence, mac, at, key_id, signature } = row
      return { sequence, mac, at: instantOf(at), keyId: key_id, signature }
    },
  }
}

export function leaseStore({ writer }: PortDeps): LeaseStore {
  return {
    claim: (name, holder, now, until) => writer.call('leases.claim', { name, holder, now, until }),
    async release(name, holder) {
      await writer.call('leases.release', { name, holder })
    },
  }
}
