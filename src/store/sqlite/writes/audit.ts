import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import type { Operations } from '../operations.ts'
import { columns, given, prepare, type Query } from '../statements.ts'
import { createTell } from './tell.ts'

type AuditOperations = Pick<
  Operations,
  Extract<keyof Operations, `audit.${string}` | `leases.${string}`>
>

export function auditWrites(db: Database, query: Query): AuditOperations {
  const tell = createTell(db, query)
  const head = prepare(
    db,
    query
      .selectFrom('audit_links')
      .select(['sequence', 'position'])
      .orderBy('sequence', 'desc')
      .limit(sql.lit(1)),
  )
  const next = prepare(
    db,
    query
      .selectFrom('audit_events')
      .select(['position', 'id'])
      .where('position', '>', given<number>('position'))
      .orderBy('position')
      .limit(given<number>('count')),
  )
  const link = prepare(
    db,
    query.insertInto('audit_links').values(columns('sequence', 'position', 'key_id', 'mac')),
  )
  const check = prepare(
    db,
    query
      .insertInto('checkpoints')
      .values(columns('sequence', 'mac', 'at', 'key_id', 'signature'))
      .onConflict((clash) =>
        clash.column('sequence').doUpdateSet(columns('mac', 'at', 'key_id', 'signature')),
      ),
  )
  const pruned = {
    mark: prepare(
      db,
      query
        .updateTable('checkpoints')
        .set({ signature: given('signature') })
        .where('sequence', '=', given<number>('sequence')),
    ),
    events: prepare(
      db,
      query
        .deleteFrom('audit_events')
        .where(
          'position',
          '<=',
          sql<number>`(select position from audit_links where sequence = ${given<number>('sequence')})`,
        ),
    ),
    links: prepare(
      db,
      query.deleteFrom('audit_links').where('sequence', '<=', given<number>('sequence')),
    ),
    checkpoints: prepare(
      db,
      query.deleteFrom('checkpoints').where('sequence', '<', given<number>('sequence')),
    ),
  }
  const claim = prepare(
    db,
    query
      .insertInto('leases')
      .values(columns('name', 'holder', 'until'))
      .onConflict((clash) =>
        clash
          .column('name')
          .doUpdateSet(columns('holder', 'until'))
          .where(
            sql<boolean>`leases.holder = excluded.holder or leases.until <= ${given<number>('now')}`,
          ),
      ),
  )
  const release = prepare(
    db,
    query
      .deleteFrom('leases')
      .where('name', '=', given('name'))
      .where('holder', '=', given('holder')),
  )

  return {
    'audit.keep'(told) {
      tell(told)
      return null
    },

    'audit.seal'({ after, links, checkpoint }) {
      const last = head.get({}) ?? { sequence: 0, position: 0 }
      if (last.sequence !== after) return 'stale'
      // Only the oldest that wait may be sealed, in the order of their commits: so none is ever passed over.
      const waiting = next.all({ position: last.position, count: links.length })
      const isNext = links.every(
        ({ sequence, id }, n) => sequence === after + n + 1 && id === waiting[n]?.id,
      )
      if (!isNext) return 'stale'
      links.forEach(({ sequence, key_id, mac }, n) => {
        link.run({ sequence, position: waiting[n]?.position ?? 0, key_id, mac })
      })
      if (checkpoint !== null) check.run(checkpoint)
      return 'sealed'
    },

    'audit.prune'({ sequence, signature }) {
      pruned.mark.run({ sequence, signature })
      pruned.events.run({ sequence })
      pruned.links.run({ sequence })
      pruned.checkpoints.run({ sequence })
      return null
    },

    'leases.claim': (of) => (claim.run(of).changes === 1 ? 'held' : 'taken'),

    'leases.release'(of) {
      release.run(of)
      return null
    },
  }
}
