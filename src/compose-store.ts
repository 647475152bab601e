import { type SealedEvents, verifyAudit } from './audit/index.ts'
import type { CopyStore, MigrateStore } from './cli/index.ts'
import type { Config, PostgresConfig, StoreConfig } from './config/index.ts'
import {
  type Clock,
  createKeyRing,
  type KeyRing,
  macOf,
  type Random,
  type Stopwatch,
} from './kernel/index.ts'
import {
  migrateSqlite,
  openSqliteStore,
  planSqlite,
  type SqliteOptions,
  type Store,
} from './store/index.ts'
import type { PostgresOptions, PostgresSettings } from './store/postgres/index.ts'

type Deps = Omit<SqliteOptions, 'file' | 'migrate'> & Omit<PostgresOptions, 'settings' | 'migrate'>

/** The store that the configuration names. */
export async function openStore(config: StoreConfig, deps: Deps): Promise<Store> {
  const { migrate } = config
  if (config.engine === 'sqlite') return openSqliteStore({ ...deps, file: config.file, migrate })
  const { openPostgresStore } = await loadPostgres()
  return openPostgresStore({ ...deps, settings: settingsOf(config), migrate })
}

/** Not before it is needed: it takes time and memory that SQLite does without. */
const loadPostgres = () => import('./store/postgres/index.ts')

export function settingsOf(config: PostgresConfig): PostgresSettings {
  const { engine: _, migrate: __, tls, ...rest } = config
  if (tls === null) return { ...rest, tls }
  const { certificate } = tls
  const shown = certificate && { cert: certificate.cert, key: certificate.key.reveal() }
  return { ...rest, tls: { ...tls, certificate: shown } }
}

type ToolWorld = { readonly clock: Clock; readonly random: Random; readonly stopwatch: Stopwatch }

/** What `sallyport migrate` does, perhaps as the role that owns the tables. No store is opened for it. */
export const migrateStore =
  (world: ToolWorld): MigrateStore =>
  async ({ store }, { isDry, as }) => {
    if (store.engine === 'sqlite')
      return (isDry ? planSqlite : migrateSqlite)(store.file, world.clock)
    const { migratePostgres, planPostgres } = await loadPostgres()
    const settings = { ...settingsOf(store), ...as }
    return (isDry ? planPostgres : migratePostgres)(settings, world)
  }

/** What `sallyport store copy` does. Neither store is opened as one that serves. */
export const copyStore =
  (world: ToolWorld): CopyStore =>
  async ({ from, to, as }, tell) => {
    const keys = createKeyRing(from.encryption.keys)
    if (marksOf(keys) !== marksOf(createKeyRing(to.encryption.keys)))
      return { heard: 'keys-differ' }
    const copying = await import('./store/copy/index.ts')
    const { clock } = world
    await using source = await openSource(from)
    await using target = await openTarget(to)
    const verify = (audit: SealedEvents) => verifyAudit(audit, keys, { after: 0, checkpoint: null })
    return await copying.copyStore({ from: source, to: target, keys, clock, verify, tell })

    async function openSource({ store }: Config) {
      if (store.engine === 'sqlite') return copying.openSqliteSource(store.file)
      return copying.openPostgresSource(await linkTo(settingsOf(store)))
    }

    async function openTarget({ store }: Config) {
      if (store.engine === 'sqlite') return copying.openSqliteTarget(store.file, clock)
      return copying.openPostgresTarget(await linkTo({ ...settingsOf(store), ...as }))
    }

    async function linkTo(settings: PostgresSettings) {
      const { openLink } = await loadPostgres()
      return openLink(settings, world)
    }
  }

/** Ids and keys in their order, as text that tells nothing of a key. */
const marksOf = (keys: KeyRing): string =>
  keys.ids.map((id) => `${id} ${macOf(keys, 'key-check', id, ['store copy', id])}`).join()
