import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import { GRANT_COLUMNS } from '../../rows-trust.ts'
import type { GrantMessage, Operations, TrustUseMessage } from '../operations.ts'
import { columns, given, prepare, type Query } from '../statements.ts'
import { createTell } from './tell.ts'

export type Grants = {
  /** In place of one for the same group, network and device. One that joins a device that is gone is not kept. */
  add(grant: GrantMessage): void
  /** Whether it is still as it was seen; its device has its next secret then. */
  use(use: TrustUseMessage): 'used' | 'moved'
  end(account: string): void
}

export function trustWrites(db: Database, query: Query): Pick<Operations, 'trust.revoke'> {
  const tell = createTell(db, query)
  const revoke = prepare(
    db,
    query
      .deleteFrom('trust_grants')
      .where('account', '=', given('account'))
      .where(sql<boolean>`(${given<string | null>('id')} is null or id = ${given('id')})`)
      .where(
        sql<boolean>`(${given<string | null>('series')} is null or series = ${given('series')})`,
      ),
  )
  return {
    'trust.revoke'({ account, id, series, told }) {
      const revoked = revoke.run({ account, id, series }).changes
      if (revoked > 0) tell(told)
      return revoked
    },
  }
}

export function createGrants(db: Database, query: Query): Grants {
  const run = prepared(db, query)
  return {
    add({ joins, grants_max, ...grant }) {
      const { account, series } = grant
      const there = joins === 0 || series === null ? undefined : run.device.get({ account, series })
      if (joins === 1 && there === undefined) return
      run.replace.run(grant)
      run.insert.run({ ...grant, ...there })
      run.trim.run({ account, grants_max })
    },
    use({ account, grant, series, generation, next }) {
      const there = run.find.get({ account, id: grant })
      if (there === undefined) return 'moved'
      if (series === null) return 'used'
      if (there.series !== series || there.generation !== generation) return 'moved'
      if (next !== null) run.rotate.run({ account, series, ...next })
      return 'used'
    },
    end(account) {
      run.end.run({ account })
    },
  }
}

function prepared(db: Database, query: Query) {
  const theirs = query.selectFrom('trust_grants').where('account', '=', given('account'))
  const drop = query.deleteFrom('trust_grants').where('account', '=', given('account'))
  return {
    find: prepare(db, theirs.select(['series', 'generation']).where('id', '=', given('id'))),
    device: prepare(
      db,
      theirs
        .select(['generation', 'device_hash', 'key_id', 'device_before'])
        .select(['rotated_at', 'rotated_ip'])
        .where('series', '=', given('series'))
        .limit(sql.lit(1)),
    ),
    replace: prepare(
      db,
      drop
        .where('trust_group', '=', given('trust_group'))
        .where(sql<boolean>`ip is ${given<string | null>('ip')}`)
        .where(sql<boolean>`series is ${given<string | null>('series')}`),
    ),
    insert: prepare(
      db,
      query.insertInto('trust_grants').values(columns('account', 'expires_at', ...GRANT_COLUMNS)),
    ),
    trim: prepare(
      db,
      drop.where(
        'id',
        'not in',
        theirs.select('id').orderBy('at', 'desc').limit(given<number>('grants_max')),
      ),
    ),
    rotate: prepare(
      db,
      query
        .updateTable('trust_grants')
        .set({
          device_before: sql.ref('device_hash'),
          generation: sql<number>`generation + 1`,
          ...columns('device_hash', 'key_id', 'rotated_at', 'rotated_ip'),
        })
        .where('account', '=', given('account'))
        .where('series', '=', given('series')),
    ),
    end: prepare(db, drop),
  }
}
