import type { Clock, KeyRing, Random, Stopwatch } from '../../kernel/index.ts'
import { createRemembered } from '../remembered.ts'
import { requestIn, stepUpIn } from '../rows.ts'
import { createSealing } from '../sealing.ts'
import type { Heard, Store } from '../store.ts'
import { createToRows } from '../to-rows.ts'
import { checkCopyPostgres } from './check-copy.ts'
import { checkKeysPostgres } from './check-keys.ts'
import { checkTimeOutsPostgres } from './check-time-outs.ts'
import { checkSchemaPostgres, migratePostgres } from './migrate.ts'
import { openLink } from './open-link.ts'
import { accountStore } from './ports/accounts.ts'
import { auditStore, leaseStore } from './ports/audit.ts'
import type { PortDeps } from './ports/deps.ts'
import { noticeStore } from './ports/notices.ts'
import { operatorCodeStore } from './ports/operator-codes.ts'
import { peopleStore } from './ports/people.ts'
import { policyStore } from './ports/policy.ts'
import { requestStore } from './ports/requests.ts'
import { signingKeyStore } from './ports/signing-keys.ts'
import { stepUpStore } from './ports/step-ups.ts'
import { totpStore } from './ports/totp.ts'
import { trustStore } from './ports/trust.ts'
import type { PostgresSettings } from './settings.ts'
import { createUpkeep } from './upkeep.ts'

export type PostgresOptions = {
  readonly settings: PostgresSettings
  /** `manual`: a schema that is older than this release needs is refused. */
  readonly migrate: 'auto' | 'manual'
  readonly keys: KeyRing
  readonly random: Random
  readonly clock: Clock
  readonly stopwatch: Stopwatch
  readonly heard?: Heard
  /** What happened to a connection that nobody was using. */
  readonly onFault?: (why: unknown) => void
  /** What an operator should know of the database, and nothing stops for. */
  readonly advise?: (advice: string) => void
}

const REMEMBERED = 1_000

/** Any number of replicas: nothing that decides is kept in this process. */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const { settings, migrate, keys, random, clock, stopwatch } = options
  const { heard = () => {}, onFault = () => {}, advise = () => {} } = options
  await using opening = new AsyncDisposableStack()
  const world = { random, clock, stopwatch, onFault }
  if (migrate === 'auto') await migratePostgres(settings, world)
  const link = opening.use(openLink(settings, world))
  await checkSchemaPostgres(link, settings.user)
  await checkCopyPostgres(link)
  await checkKeysPostgres(link, keys)
  if (!settings.prepared) await checkTimeOutsPostgres(link, settings.user, advise)

  const sealing = createSealing(keys, random)
  const toRows = createToRows({ sealing, random })
  const stepUpRows = createRemembered(stepUpIn, REMEMBERED)
  const requestRows = createRemembered(requestIn, REMEMBERED)
  const deps: PortDeps = { link, toRows, sealing, random, stepUpRows, requestRows, heard }

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
    ...createUpkeep({ ...deps, clock }),

    async clock() {
      const { offsetMs, roundTripMs } = await link.clock()
      return { offsetSeconds: offsetMs / 1000, roundTripSeconds: roundTripMs / 1000 }
    },

    stats() {
      const { inUse, ...others } = link.stats()
      return { used: inUse, ...others }
    },

    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
