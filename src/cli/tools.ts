import type { AuditVerdict, Exported, VerifyFrom } from '../audit/index.ts'
import type { Config, OwnSettingsConfig, PolicyConfig, PolicyDocument } from '../config/index.ts'
import type {
  Answers,
  CompanyPeople,
  DisabledReason,
  People,
  Person,
  Textable,
} from '../directories/index.ts'
import type { Examined } from '../directories/ldap/index.ts'
import type { Binding, FactorKind, Id, Instant, Result } from '../kernel/index.ts'
import type { Judged, KeycloakPlace, Own, Registration, Wished } from '../keycloak/index.ts'
import type { Effective, Reasons } from '../policy/index.ts'
import type { Override, Plan, ShownCode } from '../stepup/index.ts'
import type { CopyProgress, CopyAnswer as StoreCopyAnswer } from '../store/copy/index.ts'
import type { Grant, Mismatch } from '../trust/index.ts'

export type KeyLine = {
  readonly kid: string
  readonly alg: string
  readonly state: 'next' | 'active' | 'retired'
  readonly madeAt: Instant
  readonly activatedAt: Instant | null
  readonly retiredAt: Instant | null
}

/** A factor that counts again. `until` null: by the settings as they are now it does not. */
export type TrustLine = {
  readonly id: Id<'trust'>
  readonly group: string
  readonly factor: FactorKind
  readonly binding: Binding
  readonly ip: string | null
  readonly at: Instant
  readonly until: Instant | null
}

/** A person as a directory tells of them, wherever they are kept. */
export type LookedAt = {
  readonly directory: string
  readonly immutableId: string
  /** Null: nobody has asked for them yet, so nothing hangs on them. */
  readonly account: Id<'account'> | null
  readonly username: string
  readonly displayName: string | null
  /** Where the entry is; null in our own store. */
  readonly dn: string | null
  readonly groups: readonly string[]
  readonly locale: string | null
  readonly contacts: readonly {
    readonly contact: 'phone' | 'email'
    /** Null in our own store, and of what an operator added to what the directory says. */
    readonly attribute: string | null
    readonly isOperators: boolean
    /** As it stands there; null where it is no text. */
    readonly written: string | null
    /** What it was read as; null: nothing, by `read`. */
    readonly as: string | null
    readonly read: 'taken' | 'same-as-another' | 'unparseable' | 'no-text' | 'too-many'
    /** Whether it may be texted, or why not; null where that is no question. */
    readonly text: Textable | null
  }[]
  /** What operators handed out to them. */
  readonly codes: readonly ShownCode[]
  /** What they would be offered now. */
  readonly factors: readonly {
    readonly factor: FactorKind
    readonly use: 'ask' | 'enrol' | 'none'
    readonly why: 'no-contact' | 'locked' | null
  }[]
}

/** What one directory answered about a name. */
export type Looked = { readonly directory: string } & (
  | { readonly found: 'person'; readonly person: LookedAt }
  | {
      readonly found: 'disabled'
      readonly reason: DisabledReason
      readonly person: LookedAt
    }
  | { readonly found: 'not-found' | 'ambiguous' }
  | { readonly found: 'fault'; readonly says: string }
)

export type OwnSettings = {
  readonly account: Id<'account'>
  readonly directory: string
  readonly username: string | null
  readonly settings: OwnSettingsConfig
}

/** What would be asked of somebody, and why. */
export type Explained =
  | { readonly explained: 'unknown-client'; readonly clients: readonly string[] }
  | {
      readonly explained: 'nobody'
      readonly found: 'not-found' | 'ambiguous' | 'disabled'
      readonly reason: DisabledReason | null
    }
  | {
      readonly explained: 'person'
      readonly person: Person
      readonly effective: Effective
      readonly reasons: Reasons
      /** As the client asks; one that signs nothing is offered less. */
      readonly lane: 'signed' | 'unsigned'
      readonly plan: Plan
      /** By an operator; else it is as the configuration has it. */
      readonly isApplied: boolean
      readonly answers: readonly Answers[]
      readonly enrolled: readonly { readonly factor: FactorKind; readonly provenance: string }[]
      /** Of each factor that is meant for them, whether they have what it needs. */
      readonly prospects: LookedAt['factors']
      /** `text`: whether a code may be texted there; null where no texts are sent. */
      readonly phones: readonly { readonly phone: string; readonly text: Textable | null }[]
      readonly trust: {
        readonly binding: Binding
        /** `holds`: they would pass by it, in the browser that it is for. */
        readonly grants: readonly (Pick<Grant, 'id' | 'factor' | 'acr' | 'ip' | 'at'> & {
          readonly until: Instant
          readonly is: 'holds' | 'unsigned' | Mismatch | Override
        })[]
      }
      readonly codes: readonly ShownCode[]
      readonly at: Instant
    }

/** What commands reach of the rooms. compose.ts makes it; whatever it opened is closed with it. */
export type Tools = AsyncDisposable & {
  /** Of each local directory, by its name. */
  readonly people: ReadonlyMap<string, People>
  /** Of each directory of the company, by its name. */
  readonly company: ReadonlyMap<string, CompanyPeople>
  readonly directories: {
    /** Every directory, in the order of the configuration, whatever the others say. */
    look(name: string): Promise<readonly Looked[]>
    /** Of those of the company, each server. */
    examine(): Promise<
      readonly { readonly directory: string; readonly servers: readonly Examined[] }[]
    >
    /** To be kept before contacts are shown in full. */
    tellRevealed(
      actor: `operator:${string}`,
      people: readonly Pick<LookedAt, 'directory' | 'immutableId' | 'account'>[],
    ): Promise<void>
  }
  readonly policy: {
    /** What is in force: applied by an operator, else as the configuration has it (`appliedAt` null). */
    show(): Promise<{
      readonly version: number
      readonly policy: PolicyConfig
      readonly appliedAt: Instant | null
      readonly people: readonly OwnSettings[]
    }>
    apply(
      operator: string,
      document: PolicyDocument,
    ): Promise<'applied' | 'stale' | 'unknown-account'>
    /** Null: as everybody. `change` is asked again where somebody else changed them meanwhile; 'stale': too often. */
    setOwn(
      operator: string,
      account: Id<'account'>,
      change: (before: OwnSettingsConfig | null) => OwnSettingsConfig | null,
    ): Promise<
      | { readonly heard: 'set'; readonly settings: OwnSettingsConfig | null }
      | { readonly heard: 'unknown' | 'stale' }
    >
  }
  /** Throws Fault where a directory gives no certain answer. */
  explain(asked: {
    readonly user: string
    readonly client: string
    readonly ip: string | null
    /** As the client insists on it; empty: on nothing. */
    readonly acr: readonly string[]
    readonly at: Instant | null
  }): Promise<Explained>
  readonly audit: {
    /** In order of sequence, starting after `after`. */
    export(after: number): AsyncIterable<Exported>
    verify(from: VerifyFrom): Promise<AuditVerdict>
  }
  readonly trust: {
    /** Newest first. */
    list(account: Id<'account'>): Promise<readonly TrustLine[]>
    /** Says how many. */
    revoke(
      account: Id<'account'>,
      which: 'all' | Id<'trust'>,
      actor: `operator:${string}`,
    ): Promise<number>
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

/** What commands reach of a Keycloak. It is asked over the network, and nothing is opened. */
export type KeycloakTools = {
  /** Base of the server; what is wrong with it as a sentence. */
  parseServerUrl(written: string): Result<string, string>
  parseRealmUrl(written: string): Result<string, string>
  registrationOf(realmUrl: string, given: Wished): Registration
  /** What is wrong with a realm, or why it cannot be seen. */
  examine(place: KeycloakPlace, own: Own | null): Promise<Result<Judged, string>>
}

/** Where the log goes. */
export type LogTo = 'stdout' | 'stderr'

export type OpenTools = (config: Config, logTo: LogTo) => Promise<Tools>
