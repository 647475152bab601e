import type { Database } from 'better-sqlite3'
import type { Operations } from '../operations.ts'
import { columns, prepare, type Query } from '../statements.ts'
import { createTell } from './tell.ts'

export function signingKeyWrites(
  db: Database,
  query: Query,
): Pick<Operations, 'signingKeys.replaceSet'> {
  const tell = createTell(db, query)
  const list = prepare(db, query.selectFrom('signing_keys').select(['kid', 'state']))
  const clear = prepare(db, query.deleteFrom('signing_keys'))
  const insert = prepare(
    db,
    query
      .insertInto('signing_keys')
      .values(
        columns(
          ...(['kid', 'alg', 'state', 'private_key', 'public_jwk'] as const),
          ...(['made_at', 'activated_at', 'retired_at'] as const),
        ),
      ),
  )

  return {
    'signingKeys.replaceSet'({ seen, next, told }) {
      if (nameOf(list.all({})) !== nameOf(seen)) return 'stale'
      clear.run({})
      for (const row of next) insert.run(row)
      tell(told)
      return 'replaced'
    },
  }
}

function nameOf(keys: readonly { readonly kid: string; readonly state: string }[]): string {
  return JSON.stringify(keys.map(({ kid, state }) => `${kid} ${state}`).sort())
}
