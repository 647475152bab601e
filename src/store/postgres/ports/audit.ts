import type { AuditStore, Checkpoint } from '../../../audit/index.ts'
import { instantOf } from '../../../kernel/index.ts'
import type { LeaseStore } from '../../../leases/index.ts'
import { idIn } from '../../rows.ts'
import { isUnique } from '../faults.ts'
import { toldOf } from '../parts.ts'
import * as sql from '../statements/audit.ts'
import type { PortDeps } from './deps.ts'

/** A link that somebody else made meanwhile: everything of this sealing is undone. */
class Stale extends Error {}

export function auditStore({ link, toRows }: PortDeps): AuditStore {
  return {
    async keep(events) {
      await link.write(sql.keepEvents, toldOf(toRows, events))
    },

    async unsealed(limit) {
      const rows = await link.read(sql.unsealed, { count: limit })
      return rows.map(({ id, event }) => ({ id: idIn('event', id), text: event }))
    },

    async countUnsealed(max) {
      const [row] = await link.read(sql.countUnsealed, { max })
      return row?.events ?? 0
    },

    async head() {
      const [row] = await link.read(sql.head, {})
      return row
    },

    async seal(after, links, checkpoint) {
      const ids = links.map(({ id }) => id)
      try {
        return await link.transact<'sealed'>(async (tx) => {
          const [head] = await tx.run(sql.head, {})
          if ((head?.sequence ?? 0) !== after) throw new Stale()
          // The oldest that wait, in their order: so none is ever passed over.
          const waiting = await tx.run(sql.unsealed, { count: links.length })
          const isNext = links.every(
            ({ sequence, id }, n) => sequence === after + n + 1 && id === waiting[n]?.id,
          )
          if (!isNext) throw new Stale()
          const sealed = await tx.run(sql.seal, {
            ...{ ids, sequences: links.map(({ sequence }) => sequence) },
            ...{ key_ids: links.map(({ keyId }) => keyId), macs: links.map(({ mac }) => mac) },
          })
          if (sealed.length !== links.length) throw new Stale()
          if (checkpoint !== null) await tx.run(sql.check, checkpointValues(checkpoint))
          return 'sealed'
        })
      } catch (error) {
        if (error instanceof Stale || isUnique(error, 'audit_links_pkey')) return 'stale'
        throw error
      }
    },

    async sealed(after, limit) {
      const rows = await link.read(sql.sealed, { after, count: limit })
      return rows.map(({ id, event, sequence, key_id, mac }) => ({
        ...{ id: idIn('event', id), text: event },
        ...{ sequence, keyId: key_id, mac },
      }))
    },

    async lastCheckpoint() {
      return checkpointIn(await link.read(sql.lastCheckpoint, {}))
    },

    async checkpointAt(sequence) {
      return checkpointIn(await link.read(sql.checkpointAt, { sequence }))
    },

    async prunable(before, rows) {
      return checkpointIn(await link.read(sql.prunable, { before, count: rows }))
    },

    prune: (sequence, signature) =>
      link.transact(async (tx) => {
        // The oldest link first: of two who prune the second waits there, and holds nothing that the first needs.
        await tx.run(sql.pruneLinks, { sequence })
        await tx.run(sql.mark, { sequence, signature })
        await tx.run(sql.pruneCheckpoints, { sequence })
      }),
  }
}

function checkpointValues({ sequence, mac, at, keyId, signature }: Checkpoint) {
  return { sequence, mac, at, key_id: keyId, signature }
}

function checkpointIn([row]: readonly {
  sequence: number
  mac: string
  at: number
  key_id: string
  signature: string
}[]): Checkpoint | undefined {
  if (row === undefined) return undefined
  const { sequence, mac, at, key_id, signature } = row
  return { sequence, mac, at: instantOf(at), keyId: key_id, signature }
}

export function leaseStore({ link }: Pick<PortDeps, 'link'>): LeaseStore {
  return {
    async claim(name, holder, now, until) {
      const { rows } = await link.write(sql.claimLease, { name, holder, now, until })
      return rows.length === 1 ? 'held' : 'taken'
    },
    async release(name, holder) {
      await link.write(sql.releaseLease, { name, holder })
    },
  }
}
