import type { AuditVerdict, Exported, VerifyFrom } from '../audit/index.ts'
import type { Config } from '../config/index.ts'
import type { People } from '../directories/index.ts'
import type { Instant } from '../kernel/index.ts'
import type { CopyProgress, CopyAnswer as StoreCopyAnswer } from '../store/copy/index.ts'

export type KeyLine = {
  readonly kid: string
  readonly alg: string
  readonly state: 'next' | 'active' | 'retired'
  readonly madeAt: Instant
  readonly activatedAt: Instant | null
  readonly retiredAt: Instant | null
}

/** What commands reach of the rooms. compose.ts makes it; whatever it opened is closed with it. */
export type Tools = AsyncDisposable & {
  /** Of each local directory, by its name. */
  readonly people: ReadonlyMap<string, People>
  readonly audit: {
    /** In order of sequence, starting after `after`. */
    export(after: number): AsyncIterable<Exported>
    verify(from: VerifyFrom): Promise<AuditVerdict>
  }
  readonly keys: {
    list(): Promise<readonly KeyLine[]>
    rotate(actor: `operator:${string}`): Promise<{
      readonly rotation: 'begun' | 'pending'
      readonly kid: string
      readonly at: Instant
    }>
  }
  /** Seals anew, under the newest field key, whatever an older one sealed. */
  reseal(actor: `operator:${string}`): Promise<{ readonly resealed: number }>
  /** Starts everything and answers when it is ready. Closing lets running requests end. */
  serve(): Promise<{ close(): Promise<void>; readonly urls: readonly string[] }>
}

/** What only the rooms can say of a configuration: a theme's templates, pictures and colours, and whether there is a place for the store. Opens no store. */
export type Inspect = (config: Config) => Promise<{
  readonly problems: readonly string[]
  /** For the operator to read, a line each. */
  readonly notes: readonly string[]
}>

/** Brings the tables up to date, or says how. No store is opened: there may be none yet. */
export type MigrateStore = (
  config: Config,
  how: { readonly isDry: boolean; readonly as: OtherRole | null },
) => Promise<SchemaChange>

/** Whom PostgreSQL lets change tables, where that is not the one who serves. */
export type OtherRole = { readonly user: string; readonly password: (() => string) | null }

/** The same number twice where there was nothing to do. `sql` is what would be run, of a dry run. */
export type SchemaChange = { readonly from: number; readonly to: number; readonly sql?: string }

/** Makes the one store what the other is. Neither is opened as one that serves. */
export type CopyStore = (
  stores: CopyStores,
  tell: (progress: CopyProgress) => void,
) => Promise<CopyAnswer>

/** `as` changes `to`. */
export type CopyStores = {
  readonly from: Config
  readonly to: Config
  readonly as: OtherRole | null
}

export type CopyAnswer = StoreCopyAnswer | { readonly heard: 'keys-differ' }
export type { CopyProgress }

/** Where the log goes. */
export type LogTo = 'stdout' | 'stderr'

export type OpenTools = (config: Config, logTo: LogTo) => Promise<Tools>
