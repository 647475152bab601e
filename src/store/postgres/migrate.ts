import { Fault, type Instant } from '../../kernel/index.ts'
import { beyond, judgeSchema, refuseUnfit, type SchemaVerdict } from '../judge-schema.ts'
import {
  type Migrated,
  type Migration,
  type MigrationPlan,
  scriptOf,
  statementsOf,
} from '../migration.ts'
import type { Link, Tx } from './link.ts'
import { first } from './migrations/0001-first.ts'
import { accountNames } from './migrations/0002-account-names.ts'
import { accountContacts } from './migrations/0003-account-contacts.ts'
import { policy } from './migrations/0004-policy.ts'
import { knownBrowsers } from './migrations/0005-known-browsers.ts'
import { trust } from './migrations/0006-trust.ts'
import { lastChoice } from './migrations/0007-last-choice.ts'
import { operatorCodes } from './migrations/0008-operator-codes.ts'
import { notices } from './migrations/0009-notices.ts'
import { severalApps } from './migrations/0010-several-apps.ts'
import { type LinkOptions, openLink } from './open-link.ts'
import type { PostgresSettings } from './settings.ts'
import { everyVersion, hasVersions } from './statements/schema-versions.ts'
import { type Statement, statement } from './statements.ts'

export const POSTGRES_MIGRATIONS: readonly Migration[] = [
  first,
  accountNames,
  accountContacts,
  policy,
  knownBrowsers,
  trust,
  lastChoice,
  operatorCodes,
  notices,
  severalApps,
]
/** What this release makes and needs. */
export const POSTGRES_SCHEMA = POSTGRES_MIGRATIONS.at(-1)?.version ?? 0
const VERSIONS = `CREATE TABLE IF NOT EXISTS schema_versions (
  version integer NOT NULL PRIMARY KEY, name text NOT NULL, compatible_from integer NOT NULL,
  applied_at bigint NOT NULL)`

/**
 * One at a time, however many start at once: the lock goes with the transaction, so it holds through a pooler as well. For
 * it one waits; for a table, which people wait for behind us, only a little. The role may have time-outs of its own.
 */
const ALONE = [
  "SET LOCAL statement_timeout = '10min'",
  "SET LOCAL lock_timeout = '10min'",
  'SELECT pg_advisory_xact_lock(7236837421)',
  "SET LOCAL lock_timeout = '5s'",
]
/** An index over a large table takes its time, and nobody is served by this link: so nobody waits for a turn on it either. */
const PATIENT = {
  ...{ statementSeconds: 600, lockSeconds: 600, deadlineSeconds: 600, prepared: false },
} as const
const ALONE_IN_POOL = { connectionsMax: 1, waitingMax: 1 }

/** The role may not, or there is no schema in which it may. */
const MAY_NOT = new Set(['42501', '3F000'])

/**
 * Brings the schema up to this release, all of it or nothing. Whoever comes second finds it done. A newer schema is left as
 * it is, and is refused where whoever made it says that this release is too old for it.
 */
export async function migratePostgres(
  settings: PostgresSettings,
  world: LinkOptions,
  migrations: readonly Migration[] = POSTGRES_MIGRATIONS,
): Promise<Migrated> {
  // Who finds nothing to do needs no right to do it, and who finds nobody there need not be patient.
  const { from, to } = await planPostgres(settings, world, migrations)
  if (from === to) return { from, to }
  await using link = openLink({ ...settings, ...PATIENT, pool: ALONE_IN_POOL }, world)
  const now = world.clock.now()
  // Awaited here: the link is closed behind it.
  return await asRole(settings.user, () => link.transact((tx) => migrate(tx, now, migrations)))
}

async function migrate(tx: Tx, now: Instant, migrations: readonly Migration[]): Promise<Migrated> {
  for (const sql of ALONE) await tx.run(statement('migrate_alone', sql), {})
  const found = await judge((asked) => tx.run(asked, {}), migrations)
  if (found.verdict === 'beyond') throw beyond(found)
  const { version: from } = found
  if (found.verdict === 'fit') return { from, to: from }
  for (const sql of statementsOf(found, VERSIONS, now)) await tx.run(statement('migrate', sql), {})
  return { from, to: found.missing.at(-1)?.version ?? from }
}

/** What `migratePostgres` would do. It changes nothing. */
export async function planPostgres(
  settings: PostgresSettings,
  world: LinkOptions,
  migrations: readonly Migration[] = POSTGRES_MIGRATIONS,
): Promise<MigrationPlan> {
  await using link = openLink({ ...settings, pool: ALONE_IN_POOL }, world)
  const found = await asRole(settings.user, () => look(link, migrations))
  if (found.verdict === 'beyond') throw beyond(found)
  const { version: from } = found
  if (found.verdict === 'fit') return { from, to: from, sql: '' }
  const statements = statementsOf(found, VERSIONS, world.clock.now())
  const sql = scriptOf(['BEGIN', ...ALONE, ...statements, 'COMMIT'])
  return { from, to: found.missing.at(-1)?.version ?? from, sql }
}

/** Refuses a schema that this release cannot run on as it is, and says what to do. */
export async function checkSchemaPostgres(
  link: Link,
  user: string,
  migrations: readonly Migration[] = POSTGRES_MIGRATIONS,
): Promise<void> {
  refuseUnfit(await asRole(user, () => look(link, migrations)))
}

const look = (link: Link, migrations: readonly Migration[]) =>
  judge((asked) => link.read(asked, {}), migrations)

async function judge(
  ask: <Row>(asked: Statement<Row>) => Promise<readonly Row[]>,
  migrations: readonly Migration[],
): Promise<SchemaVerdict> {
  const [found] = await ask(hasVersions)
  return judgeSchema(found?.there === true ? await ask(everyVersion) : [], migrations)
}

/** What a role may not do is a matter of the set-up, not of the weather. */
async function asRole<T>(user: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (cause) {
    const told = cause instanceof Fault && cause.cause instanceof Error ? cause.cause : cause
    if (!(told instanceof Error && 'code' in told && MAY_NOT.has(String(told.code)))) throw cause
    const saying = `the role ${user} may not: ${told.message}. docs/postgresql.md has what it needs; \`sallyport migrate --user\` takes another role`
    throw new Fault('configuration.unfit', saying, { cause })
  }
}
