import { type Clock, Fault, type KeyRing, type Random, randomToken } from '../../kernel/index.ts'
import { createRemembered } from '../remembered.ts'
import { eventIn, requestIn, stepUpIn } from '../rows.ts'
import { createSealing, type Place } from '../sealing.ts'
import type { Heard, Store } from '../store.ts'
import { createToRows, placeOfKey, placeOfSecret } from '../to-rows.ts'
import { checkCopySqlite } from './check-copy.ts'
import { checkKeysSqlite } from './check-keys.ts'
import type { LoadedWriter } from './loading/index.ts'
import { checkSchemaSqlite, migrateSqlite } from './migrate.ts'
import type { Durability } from './operations.ts'
import { accountStore } from './ports/accounts.ts'
import { auditStore, leaseStore } from './ports/audit.ts'
import { noticeStore } from './ports/notices.ts'
import { operatorCodeStore } from './ports/operator-codes.ts'
import { peopleStore } from './ports/people.ts'
import { policyStore } from './ports/policy.ts'
import { requestStore } from './ports/requests.ts'
import { signingKeyStore } from './ports/signing-keys.ts'
import { stepUpStore } from './ports/step-ups.ts'
import { totpStore } from './ports/totp.ts'
import { trustStore } from './ports/trust.ts'
import { openReader } from './reader.ts'
import { startWriterThread } from './writer-thread.ts'

export type SqliteOptions = {
  readonly file: string
  /** `manual`: a schema that is older than this release needs is refused, and no file is made. */
  readonly migrate?: 'auto' | 'manual'
  readonly keys: KeyRing
  readonly random: Random
  readonly clock: Clock
  /** Begun by `loadWriter` while something else was loaded. The store owns it from here on, also where opening fails. */
  readonly writer?: LoadedWriter | undefined
  readonly heard?: Heard
  /** The writer was lost, and why; another one is started. */
  readonly onFault?: (why: unknown) => void
}

export type SqliteStore = Store & {
  /** `PRAGMA synchronous` of the batch that this very call runs in: 2 waits for the disk, 1 does not. */
  diagnose(durability: Durability): Promise<{ readonly synchronous: number }>
}

const REMEMBERED = 1_000

/** Brings the schema up to date first, where it may. What is opened first is closed last: the writer leaves a tidy file behind. */
export async function openSqliteStore(options: SqliteOptions): Promise<SqliteStore> {
  const { file, migrate = 'auto', keys, random, clock } = options
  const { heard = () => {}, onFault = () => {} } = options
  await using opening = new AsyncDisposableStack()
  opening.defer(async () => void (await options.writer?.worker.terminate()))
  if (migrate === 'auto') migrateSqlite(file, clock)
  else checkSchemaSqlite(file)
  checkCopySqlite(file)
  checkKeysSqlite(file, keys)

  const starting = startWriterThread({
    ...{ file, loaded: options.writer },
    ...{ restarted: () => reader.reopen(), lost: onFault },
  })
  // The reader opens while the writer starts. Should it fail, a writer that comes up all the same is closed; one that does
  // not is told by the wait below, or is second to what the reader says.
  opening.defer(async () => {
    const started = await starting.catch(() => undefined)
    await started?.[Symbol.asyncDispose]()
  })
  const reader = opening.use(openReader(file))
  const writer = await starting

  const sealing = createSealing(keys, random)
  const toRows = createToRows({ sealing, random })
  const stepUpRows = createRemembered(stepUpIn, REMEMBERED)
  const requestRows = createRemembered(requestIn, REMEMBERED)
  const deps = { writer, reader, toRows, sealing, heard, stepUpRows, requestRows }

  const opened = opening.move()
  return {
    stepUps: stepUpStore(deps),
    requests: requestStore(deps),
    signingKeys: signingKeyStore(deps),
    audit: auditStore(deps),
    leases: leaseStore(deps),
    people: peopleStore(deps),
    accounts: accountStore(deps),
    policy: policyStore(deps),
    totp: totpStore(deps),
    trust: trustStore(deps),
    operatorCodes: operatorCodeStore(deps),
    notices: noticeStore(deps),

    async sweep(now, { rowsMax }) {
      const spares = toRows.spares(rowsMax)
      const { events, ...swept } = await writer.call('upkeep.sweep', { now, spares })
      if (events.length > 0) heard(events.map(eventIn))
      return swept
    },

    async reseal(actor) {
      const [secrets, signingKeys] = await reader.read((reads) => [
        reads.sealedSecrets.all({}),
        reads.sealedKeys.all({}),
      ])
      const changes = [
        ...secrets.flatMap((one) => underNewKey('enrolments', placeOfSecret, one)),
        ...signingKeys.flatMap((one) => underNewKey('signing_keys', placeOfKey, one)),
      ]
      const of = { changes, actor, now: clock.now(), spare: toRows.spare() }
      const { resealed, event } = await writer.call('upkeep.reseal', of)
      if (event !== null) heard([eventIn(event)])
      return { resealed }
    },

    async health() {
      if (writer.state() === 'down') return 'down'
      const now = clock.now()
      // Another holder each time, so that a row is really written: on a full disk everything else still succeeds.
      const lease = { name: 'health', holder: randomToken(random, 6), now, until: now }
      return Promise.all([
        writer.call('leases.claim', lease),
        reader.read((reads) => reads.alive.get({})),
      ]).then(
        () => 'up',
        (why) => {
          if (why instanceof Fault) return 'down'
          throw why
        },
      )
    },

    // One machine, one clock, and nobody waits for a connection.
    clock: async () => null,
    stats: () => null,

    diagnose: (durability) => writer.call('upkeep.diagnose', null, durability),

    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }

  function underNewKey<T extends 'enrolments' | 'signing_keys'>(
    table: T,
    placeOf: (row: string) => Place,
    { row, sealed }: { readonly row: string; readonly sealed: string },
  ) {
    const to = sealing.reseal(placeOf(row), sealed)
    return to === undefined ? [] : [{ table, row, from: sealed, to }]
  }
}
