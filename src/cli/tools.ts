import type { AuditVerdict, Exported, VerifyFrom } from '../audit/index.ts'
import type { Config } from '../config/index.ts'
import type { People } from '../directories/index.ts'
import type { Instant } from '../kernel/index.ts'

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

/** Where the log goes. */
export type LogTo = 'stdout' | 'stderr'

export type OpenTools = (config: Config, logTo: LogTo) => Promise<Tools>
