import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditEvent } from '../../src/audit/index.ts'
import { openSqliteStore } from '../../src/store/index.ts'
import { createFakeClock, createSeededRandom, createTestKeys } from '../support/world.ts'
import { accountStoreContract } from './account-store.contract.ts'
import { appsContract } from './apps.contract.ts'
import { auditStoreContract } from './audit-store.contract.ts'
import type { Bench } from './bench.ts'
import { knownBrowsersContract } from './known-browsers.contract.ts'
import { noticeStoreContract } from './notice-store.contract.ts'
import { noticesKeptContract } from './notices-kept.contract.ts'
import { operatorCodesContract } from './operator-codes.contract.ts'
import { peopleRacesContract } from './people-races.contract.ts'
import { peopleStoreContract } from './people-store.contract.ts'
import { policyStoreContract } from './policy-store.contract.ts'
import { requestStoreContract } from './request-store.contract.ts'
import { signingKeyStoreContract } from './signing-key-store.contract.ts'
import { stepUpStoreContract } from './step-up-store.contract.ts'
import { totpStoreContract } from './totp-store.contract.ts'
import { trustStoreContract } from './trust-store.contract.ts'
import { upkeepContract } from './upkeep.contract.ts'

let opened = 0

async function open(): Promise<Bench> {
  await using opening = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-contract-'))
  opening.defer(() => rm(folder, { recursive: true }))
  const heard: AuditEvent[] = []
  const another = (keys = createTestKeys()) =>
    openSqliteStore({
      file: join(folder, 'sallyport.db'),
      keys,
      random: createSeededRandom(`contract ${opened++}`),
      clock: createFakeClock(),
      heard: (events) => heard.push(...events),
    })
  const store = opening.use(await another())
  const made = opening.move()
  return { store, another, heard, [Symbol.asyncDispose]: () => made.disposeAsync() }
}

stepUpStoreContract('sqlite', open)
operatorCodesContract('sqlite', open)
knownBrowsersContract('sqlite', open)
requestStoreContract('sqlite', open)
signingKeyStoreContract('sqlite', open)
auditStoreContract('sqlite', open)
peopleStoreContract('sqlite', open)
peopleRacesContract('sqlite', open)
totpStoreContract('sqlite', open)
trustStoreContract('sqlite', open)
appsContract('sqlite', open)
accountStoreContract('sqlite', open)
policyStoreContract('sqlite', open)
noticeStoreContract('sqlite', open)
noticesKeptContract('sqlite', open)
upkeepContract('sqlite', open)
