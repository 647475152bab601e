import type { Checkpoint, KeptEvent, SealedEvents } from '../../audit/index.ts'
import { instantOf } from '../../kernel/index.ts'
import { idIn } from '../rows.ts'
import type { Batch, Cursor, Row, Source } from './side.ts'

const BATCH = 2_000

/** The audit of a store that serves nobody yet. Nothing is asked for that takes longer the more there is of it. */
export function chainOf(side: Pick<Source, 'read'>): SealedEvents {
  return {
    async unsealed(limit) {
      const events: KeptEvent[] = []
      let after: Cursor | null = null
      while (events.length < limit) {
        const batch: Batch = await side.read('audit_waiting', after, BATCH)
        events.push(...batch.rows.map(eventOf))
        if (batch.after === undefined) break
        after = batch.after
      }
      return events.slice(0, limit)
    },

    async sealed(after, limit) {
      const { rows } = await side.read('audit_links', [after], limit)
      return rows.map((row) => ({
        ...eventOf(row),
        sequence: Number(row['sequence']),
        ...{ keyId: `${row['key_id']}`, mac: `${row['mac']}` },
      }))
    },

    async lastCheckpoint() {
      let last: Row | undefined
      for (let at = 0; ; ) {
        const { rows } = await side.read('checkpoints', [at], BATCH)
        last = rows.at(-1) ?? last
        if (rows.length < BATCH) return last && checkpointOf(last)
        at = Number(last?.['sequence'])
      }
    },

    async checkpointAt(sequence) {
      const { rows } = await side.read('checkpoints', [sequence - 1], 1)
      const [next] = rows.map(checkpointOf)
      return next?.sequence === sequence ? next : undefined
    },
  }
}

const eventOf = ({ id, event }: Row) => ({ id: idIn('event', `${id}`), text: `${event}` })

const checkpointOf = ({ sequence, mac, at, key_id, signature }: Row): Checkpoint => ({
  sequence: Number(sequence),
  mac: `${mac}`,
  at: instantOf(Number(at)),
  ...{ keyId: `${key_id}`, signature: `${signature}` },
})
