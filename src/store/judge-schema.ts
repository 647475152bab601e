import { Fault } from '../kernel/index.ts'
import type { Migration } from './migration.ts'

/** A row of schema_versions: what was applied, and the oldest schema whose release runs on it. */
export type Applied = { readonly version: number; readonly compatibleFrom: number }

/** What a release thinks of a schema that it finds. */
export type SchemaVerdict =
  /** It runs on it: its own, or a newer one that says so. */
  | { readonly verdict: 'fit'; readonly version: number }
  /** These are to be applied first, in this order. */
  | {
      readonly verdict: 'behind'
      readonly version: number
      readonly missing: readonly [Migration, ...Migration[]]
    }
  /** What came after it broke with it. */
  | {
      readonly verdict: 'beyond'
      readonly version: number
      readonly needs: number
      readonly known: number
    }

/**
 * The one place where that is decided, for both engines. What any step on the way broke is broken, whatever the last of
 * them says; and a schema that is newer is never half brought up to date.
 */
export function judgeSchema(
  applied: readonly Applied[],
  migrations: readonly Migration[],
): SchemaVerdict {
  const version = Math.max(0, ...applied.map((one) => one.version))
  const known = migrations.at(-1)?.version ?? 0
  if (version > known) {
    const newer = applied.filter((one) => one.version > known)
    const needs = Math.max(...newer.map(({ compatibleFrom }) => compatibleFrom))
    return needs <= known
      ? { verdict: 'fit', version }
      : { verdict: 'beyond', version, needs, known }
  }
  const [next, ...rest] = migrations.filter((one) => one.version > version)
  return next === undefined
    ? { verdict: 'fit', version }
    : { verdict: 'behind', version, missing: [next, ...rest] }
}

/** Of a schema that nobody may bring up to date here and now. Says what to do. */
export function refuseUnfit(found: SchemaVerdict): void {
  if (found.verdict === 'beyond') throw beyond(found)
  if (found.verdict === 'fit') return
  const { version, missing } = found
  const needed = missing.at(-1)?.version
  throw new Fault(
    'configuration.unfit',
    version === 0
      ? 'the store has no tables that this release finds: run `sallyport migrate`, or set store.migrate: auto'
      : `the store has schema ${version}, and this release needs schema ${needed}: run \`sallyport migrate\`, or set store.migrate: auto`,
  )
}

export function beyond({
  version,
  needs,
  known,
}: Extract<SchemaVerdict, { verdict: 'beyond' }>): Fault {
  return new Fault(
    'store.unavailable',
    `the store has schema ${version}, which needs a release that knows schema ${needs}; this one knows up to ${known}: run a newer release, or restore the backup from before it`,
  )
}
