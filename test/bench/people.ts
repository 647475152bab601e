import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  createKeyRing,
  type Id,
  type IdKind,
  instantOf,
  newId,
  type Random,
  Secret,
} from '../../src/kernel/index.ts'
import { createSealing } from '../../src/store/sealing.ts'
import { createToRows, personRow } from '../../src/store/to-rows.ts'
import { seedOf, usernameOf } from '../support/load.ts'
import { createSeededRandom } from '../support/world.ts'
import type { Installation } from './installation.ts'

/** Rows by the name of their table, in the order in which the tables are filled. */
export type Batch = Readonly<Record<string, readonly object[]>>

const BATCH = 20_000

/** People with an OTP app each. */
export function* peopleOf(
  { folder }: Installation,
  prefix: string,
  people: number,
): Generator<Batch> {
  const random = pooled(createSeededRandom('a million people'))
  const secret = Buffer.from(readFileSync(join(folder, 'field-key'), 'utf8').trim(), 'base64')
  const keys = createKeyRing([{ id: 'bench', secret: new Secret<Uint8Array>(secret) }])
  const toRows = createToRows({ sealing: createSealing(keys, random), random })
  const createdAt = instantOf(Date.now())
  // In order, so that each row goes next to the one before it; where it is found does not depend on that.
  const ids = <K extends IdKind>(kind: K) =>
    Array.from({ length: people }, () => newId(kind, random)).sort()
  const [accounts, enrolments] = [ids('account'), ids('enrolment')]

  for (let from = 0; from < people; from += BATCH) {
    const those = accounts.slice(from, from + BATCH).flatMap((account, n) => {
      const enrolment = enrolments[from + n]
      return enrolment === undefined ? [] : [rowsOf(account, enrolment, from + n)]
    })
    yield {
      accounts: those.map(({ account }) => account),
      people: those.map(({ person }) => person),
      enrolments: those.map(({ enrolment }) => enrolment.row),
      consumed: those.map(({ enrolment }) => enrolment.consumed),
    }
  }

  function rowsOf(account: Id<'account'>, id: Id<'enrolment'>, index: number) {
    const username = usernameOf(prefix, index)
    return {
      account: { account, directory: 'local', immutable_id: account },
      person: personRow({
        ...{ account, directory: 'local', username, nameKey: username },
        ...{ displayName: null, emails: [], phones: [], locale: null, state: 'enabled', createdAt },
      }),
      enrolment: toRows.enrolment({
        ...{ id, account, factor: 'totp', provenance: 'import' },
        ...{ secret: new Secret<Uint8Array>(seedOf(username)), algorithm: 'sha1', digits: 6 },
        ...{ periodSeconds: 30, at: createdAt, usedTimeStep: 0, name: null },
      }),
    }
  }
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
