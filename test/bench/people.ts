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
import { phoneOf, seedOf, usernameOf } from '../support/load.ts'
import { createSeededRandom } from '../support/world.ts'
import type { Installation } from './installation.ts'

/** Rows by the name of their table, in the order in which the tables are filled. */
export type Batch = Readonly<Record<string, readonly object[]>>

/** What each of them has, and nothing else. */
export type Has = 'app' | 'phone'

const BATCH = 20_000

/** People with an OTP app each, or a mobile each. */
export function* peopleOf(
  { folder }: Installation,
  prefix: string,
  people: number,
  has: Has,
): Generator<Batch> {
  const random = pooled(createSeededRandom(`a million people ${prefix}`))
  const secret = Buffer.from(readFileSync(join(folder, 'field-key'), 'utf8').trim(), 'base64')
  const keys = createKeyRing([{ id: 'bench', secret: new Secret<Uint8Array>(secret) }])
  const toRows = createToRows({ sealing: createSealing(keys, random), random })
  const createdAt = instantOf(Date.now())
  // In order, so that each row goes next to the one before it; where it is found does not depend on that.
  const ids = <K extends IdKind>(kind: K) =>
    Array.from({ length: people }, () => newId(kind, random)).sort()
  const accounts = ids('account')
  const enrolments = has === 'app' ? ids('enrolment') : []

  for (let from = 0; from < people; from += BATCH) {
    const those = accounts.slice(from, from + BATCH)
    yield {
      accounts: those.map((account) => ({ account, directory: 'local', immutable_id: account })),
      people: those.map((account, n) => personOf(account, from + n)),
      ...(has === 'app' && appsOf(those, from)),
    }
  }

  function personOf(account: Id<'account'>, index: number) {
    const username = usernameOf(prefix, index)
    return personRow({
      ...{ account, directory: 'local', username, nameKey: username },
      ...{ displayName: null, emails: [], phones: has === 'phone' ? [phoneOf(index)] : [] },
      ...{ locale: null, state: 'enabled', createdAt },
    })
  }

  function appsOf(those: readonly Id<'account'>[], from: number): Batch {
    const made = enrolments.slice(from, from + BATCH).flatMap((id, n) => {
      const account = those[n]
      return account === undefined ? [] : [appOf(account, id, from + n)]
    })
    return {
      enrolments: made.map(({ row }) => row),
      consumed: made.map(({ consumed }) => consumed),
    }
  }

  function appOf(account: Id<'account'>, id: Id<'enrolment'>, index: number) {
    return toRows.enrolment({
      ...{ id, account, factor: 'totp', provenance: 'import' },
      secret: new Secret<Uint8Array>(seedOf(usernameOf(prefix, index))),
      ...{ algorithm: 'sha1', digits: 6, periodSeconds: 30, at: createdAt, usedTimeStep: 0 },
      name: null,
    })
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
