import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import {
  createKeyRing,
  type IdKind,
  instantOf,
  newId,
  type Random,
  Secret,
} from '../../src/kernel/index.ts'
import { migrateSqlite } from '../../src/store/index.ts'
import { createSealing } from '../../src/store/sealing.ts'
import { createToRows, personRow } from '../../src/store/to-rows.ts'
import { seedOf, usernameOf } from '../support/load.ts'
import { createSeededRandom } from '../support/world.ts'
import type { Installation } from './installation.ts'

const BATCH = 50_000
const FAST = ['synchronous = OFF', 'locking_mode = EXCLUSIVE', 'cache_size = -200000']

/** Straight into the file, by the product's own rows, because a million people are not imported within a minute. */
export function fillWithPeople(
  { database, folder }: Installation,
  prefix: string,
  people: number,
): void {
  const random = pooled(createSeededRandom('a million people'))
  const secret = Buffer.from(readFileSync(join(folder, 'field-key'), 'utf8').trim(), 'base64')
  const keys = createKeyRing([{ id: 'bench', secret: new Secret<Uint8Array>(secret) }])
  const toRows = createToRows({ sealing: createSealing(keys, random), random })
  const now = instantOf(Date.now())
  migrateSqlite(database, { now: () => now })
  const db = new Database(database)
  for (const pragma of FAST) db.pragma(pragma)
  const insert = (table: string, columns: readonly string[]) =>
    db.prepare(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`,
    )
  const account = insert('accounts', ['account', 'directory', 'immutable_id'])
  let statements:
    | Readonly<Record<'person' | 'enrolment' | 'consumed', Database.Statement>>
    | undefined

  // In order, so that each row goes next to the one before it; where it is found does not depend on that.
  const ids = <K extends IdKind>(kind: K) =>
    Array.from({ length: people }, () => newId(kind, random)).sort()
  const [accounts, enrolments] = [ids('account'), ids('enrolment')]
  const batch = db.transaction((from: number, to: number) => {
    for (let index = from; index < to; index++) {
      const username = usernameOf(prefix, index)
      const [id, enrolmentId] = [accounts[index], enrolments[index]]
      if (id === undefined || enrolmentId === undefined) continue
      const person = personRow({
        ...{ account: id, directory: 'local', username, nameKey: username },
        ...{ displayName: null, emails: [], phones: [], locale: null, state: 'enabled' },
        createdAt: now,
      })
      const enrolment = toRows.enrolment({
        ...{ id: enrolmentId, account: id, factor: 'totp', provenance: 'import' },
        ...{ secret: new Secret<Uint8Array>(seedOf(username)), algorithm: 'sha1', digits: 6 },
        ...{ periodSeconds: 30, at: now, usedTimeStep: 0 },
      })
      statements ??= {
        person: insert('people', Object.keys(person)),
        enrolment: insert('enrolments', Object.keys(enrolment.row)),
        consumed: insert('consumed', Object.keys(enrolment.consumed)),
      }
      account.run({ account: id, directory: 'local', immutable_id: id })
      statements.person.run(person)
      statements.enrolment.run(enrolment.row)
      statements.consumed.run(enrolment.consumed)
    }
  })
  for (let from = 0; from < people; from += BATCH) batch(from, Math.min(people, from + BATCH))
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}

/** Few hashes for many small draws. */
function pooled(random: Random): Random {
  let pool = random.bytes(0)
  return {
    bytes(count) {
      if (pool.length < count) pool = random.bytes(64 * 1024)
      const bytes = pool.slice(0, count)
      pool = pool.subarray(count)
      return bytes
    },
  }
}
