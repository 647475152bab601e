import { test } from 'node:test'
import { needs } from '../support/needs.ts'
import { sharedPostgres } from '../support/postgres.ts'
import { accountStoreContract } from './account-store.contract.ts'
import { appsContract } from './apps.contract.ts'
import { auditStoreContract } from './audit-store.contract.ts'
import { knownBrowsersContract } from './known-browsers.contract.ts'
import { noticeStoreContract } from './notice-store.contract.ts'
import { noticesKeptContract } from './notices-kept.contract.ts'
import { operatorCodesContract } from './operator-codes.contract.ts'
import { peopleRacesContract } from './people-races.contract.ts'
import { peopleStoreContract } from './people-store.contract.ts'
import { policyStoreContract } from './policy-store.contract.ts'
import { openBenchOn } from './postgres-bench.ts'
import { requestStoreContract } from './request-store.contract.ts'
import { signingKeyStoreContract } from './signing-key-store.contract.ts'
import { stepUpStoreContract } from './step-up-store.contract.ts'
import { totpStoreContract } from './totp-store.contract.ts'
import { trustStoreContract } from './trust-store.contract.ts'
import { upkeepContract } from './upkeep.contract.ts'

const open = openBenchOn(sharedPostgres)

const { skip } = needs('postgresql')
if (skip === false) {
  stepUpStoreContract('postgres', open)
  operatorCodesContract('postgres', open)
  knownBrowsersContract('postgres', open)
  requestStoreContract('postgres', open)
  signingKeyStoreContract('postgres', open)
  auditStoreContract('postgres', open)
  peopleStoreContract('postgres', open)
  peopleRacesContract('postgres', open)
  totpStoreContract('postgres', open)
  trustStoreContract('postgres', open)
  appsContract('postgres', open)
  accountStoreContract('postgres', open)
  policyStoreContract('postgres', open)
  noticeStoreContract('postgres', open)
  noticesKeptContract('postgres', open)
  upkeepContract('postgres', open)
} else test('the stores of postgres', { skip }, () => {})
