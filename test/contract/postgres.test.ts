import { test } from 'node:test'
import type { AuditEvent } from '../../src/audit/index.ts'
import { openPostgresStore } from '../../src/store/postgres/index.ts'
import { needs } from '../support/needs.ts'
import { sharedPostgres } from '../support/postgres.ts'
import { createFakeClock, createSeededRandom, createTestKeys, STOPWATCH } from '../support/world.ts'
import { auditStoreContract } from './audit-store.contract.ts'
import type { Bench } from './bench.ts'
import { peopleRacesContract } from './people-races.contract.ts'
import { peopleStoreContract } from './people-store.contract.ts'
import { requestStoreContract } from './request-store.contract.ts'
import { signingKeyStoreContract } from './signing-key-store.contract.ts'
import { stepUpStoreContract } from './step-up-store.contract.ts'
import { totpStoreContract } from './totp-store.contract.ts'
import { upkeepContract } from './upkeep.contract.ts'

let opened = 0

/** As the role that serves, which may change rows and nothing else. */
async function open(): Promise<Bench> {
  await using opening = new AsyncDisposableStack()
  const { settings } = opening.use(await (await sharedPostgres()).database())
  const heard: AuditEvent[] = []
  const another = (keys = createTestKeys()) =>
    openPostgresStore({
      ...({ settings, migrate: 'manual', stopwatch: STOPWATCH } as const),
      keys,
      random: createSeededRandom(`contract ${opened++}`),
      clock: createFakeClock(),
      heard: (events) => heard.push(...events),
    })
  const store = opening.use(await another())
  const made = opening.move()
  return { store, another, heard, [Symbol.asyncDispose]: () => made.disposeAsync() }
}

const { skip } = needs('postgresql')
if (skip === false) {
  stepUpStoreContract('postgres', open)
  requestStoreContract('postgres', open)
  signingKeyStoreContract('postgres', open)
  auditStoreContract('postgres', open)
  peopleStoreContract('postgres', open)
  peopleRacesContract('postgres', open)
  totpStoreContract('postgres', open)
  upkeepContract('postgres', open)
} else test('the stores of postgres', { skip }, () => {})
