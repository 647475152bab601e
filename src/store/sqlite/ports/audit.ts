import type { AuditStore, Checkpoint } from '../../../audit/index.ts'
import { instantOf } from '../../../kernel/index.ts'
import type { LeaseStore } from '../../../leases/index.ts'
import { idIn } from '../../rows.ts'
import type { PortDeps } from './deps.ts'

export function auditStore({ writer, reader, toRows }: PortDeps): AuditStore {
  return {
    async keep(events) {
      await writer.call('audit.keep', toRows.told(events))
    },

    async unsealed(limit) {
      const rows = await reader.read((reads) => reads.unsealed.all({ count: limit }))
      return rows.map(({ id, event }) => ({ id: idIn('event', id), text: event }))
    },

    async countUnsealed(max) {
      const counted = await reader.read((reads) => reads.countUnsealed.get({ max }))
      return counted?.events ?? 0
    },

    head: () => reader.read((reads) => reads.head.get({})),

    seal(after, links, checkpoint) {
      const of = {
        after,
        links: links.map(({ sequence, id, keyId, mac }) => ({ sequence, id, key_id: keyId, mac })),
        checkpoint: checkpoint && {
          sequence: checkpoint.sequence,
          mac: checkpoint.mac,
          at: checkpoint.at,
          key_id: checkpoint.keyId,
          signature: checkpoint.signature,
        },
      }
      // Lost links are made again, and are the same; what a checkpoint said of them is in the log.
      return writer.call('audit.seal', of, checkpoint === null ? 'ordered' : 'durable')
    },

    async sealed(after, limit) {
      const rows = await reader.read((reads) => reads.sealed.all({ after, count: limit }))
      return rows.map(({ id, event, sequence, key_id, mac }) => ({
        ...{ id: idIn('event', id), text: event },
        ...{ sequence, keyId: key_id, mac },
      }))
    },

    async lastCheckpoint() {
      return checkpointIn(await reader.read((reads) => reads.checkpoint.get({})))
    },

    async checkpointAt(sequence) {
      return checkpointIn(await reader.read((reads) => reads.checkpointAt.get({ sequence })))
    },

    async prunable(before, rows) {
      return checkpointIn(await reader.read((reads) => reads.prunable.get({ before, rows })))
    },

    async prune(sequence, signature) {
      await writer.call('audit.prune', { sequence, signature })
    },
  }
}

function checkpointIn(
  row: { sequence: number; mac: string; at: number; key_id: string; signature: string } | undefined,
): Checkpoint | undefined {
  if (row === undefined) return undefined
  const { sequence, mac, at, key_id, signature } = row
  return { sequence, mac, at: instantOf(at), keyId: key_id, signature }
}

export function leaseStore({ writer }: PortDeps): LeaseStore {
  return {
    claim: (name, holder, now, until) => writer.call('leases.claim', { name, holder, now, until }),
    async release(name, holder) {
      await writer.call('leases.release', { name, holder })
    },
  }
}
