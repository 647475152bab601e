import { z } from 'zod'
import type { AuditVerdict, SealedEvents } from '../../audit/index.ts'
import { type Clock, type Instant, type KeyRing, macOf } from '../../kernel/index.ts'
import { chainOf } from './chain.ts'
import { compare } from './compare.ts'
import type { Source, Target } from './side.ts'
import { isTableName, TABLE_NAMES, type TableName } from './tables.ts'

const ROWS_MAX = 2_000

export type CopyDeps = {
  readonly from: Source
  readonly to: Target
  /** Both stores'. */
  readonly keys: KeyRing
  readonly clock: Clock
  readonly verify: (audit: SealedEvents) => Promise<AuditVerdict>
  readonly tell: (progress: CopyProgress) => void
  /** In one batch. */
  readonly rowsMax?: number
}

/** `copying` after each batch, `copied` and `compared` once for each table. */
export type CopyProgress = {
  readonly state: 'copying' | 'copied' | 'compared'
  readonly table: string
  readonly rows: number
}

export type CopyAnswer =
  | {
      readonly heard: 'copied'
      readonly tables: readonly CopiedTable[]
      readonly chain: AuditVerdict
    }
  /** It was finished then, and the source is as it was. The chain is looked at again. */
  | { readonly heard: 'copied-before'; readonly at: Instant; readonly chain: AuditVerdict }
  | Refusal
  /** A field key is not the one that the source was sealed with. */
  | { readonly heard: 'key-differs'; readonly key: string }
  | {
      readonly heard: 'schema-differs'
      readonly which: 'from' | 'to'
      readonly has: number | null
      readonly known: number
    }
  | { readonly heard: 'source-served'; readonly by: string }
  | {
      readonly heard: 'differs'
      readonly table: string
      readonly from: number
      readonly to: number
    }

export type CopiedTable = { readonly table: string; readonly rows: number }

type Refusal = {
  readonly heard:
    | 'source-unfinished'
    | 'target-not-empty'
    /** It is the unfinished copy of something else, or of this source as it was before. */
    | 'target-of-another'
    | 'source-changed'
    /** Somebody else copies into the same target. */
    | 'stale'
}

type Refused = Exclude<CopyAnswer, { readonly heard: 'copied' | 'copied-before' }>

/**
 * Makes `to` what `from` is, batch by batch, and goes on where it was left. Only after all rows were compared and the audit
 * verified it is finished; until then nobody opens it.
 */
export async function copyStore(deps: CopyDeps): Promise<CopyAnswer> {
  const { from, to, clock, verify } = deps
  const unfit = await unfitSource(deps)
  if (unfit !== undefined) return unfit
  const source = `${from.engine} ${await from.latest()}`

  const found = await to.copy()
  if (found !== undefined && found.finishedAt !== null && found.source === source)
    return { heard: 'copied-before', at: found.finishedAt, chain: await verify(chainOf(to)) }
  if (found !== undefined && found.finishedAt === null && found.source !== source)
    return { heard: 'target-of-another' }
  let progress = found?.progress
  if (found === undefined || found.finishedAt !== null) {
    progress = JSON.stringify(BEGINNING)
    const begun = await to.begin({ source, progress })
    if (begun !== 'begun') return { heard: begun === 'stale' ? begun : 'target-not-empty' }
  }

  const copied = await copyTables(deps, progress ?? '')
  if ('heard' in copied) return copied
  const tables = await compareTables(deps)
  if ('heard' in tables) return tables
  const chain = await verify(chainOf(to))
  // Whatever is served or changed from here on is after the rows were compared.
  const served = await servedSource(deps)
  if (served !== undefined) return served
  if (source !== `${from.engine} ${await from.latest()}`) return { heard: 'source-changed' }
  if ((await to.finish(copied.progress, clock.now())) === 'stale') return { heard: 'stale' }
  return { heard: 'copied', tables, chain }
}

async function unfitSource(deps: CopyDeps): Promise<Refused | undefined> {
  const { from, to } = deps
  for (const [which, side] of [['from', from] as const, ['to', to] as const]) {
    const has = await side.schema()
    if (has !== side.known) return { heard: 'schema-differs', which, has, known: side.known }
  }
  const key = await otherKey(deps)
  if (key !== undefined) return { heard: 'key-differs', key }
  const itself = await from.copy()
  if (itself?.finishedAt === null) return { heard: 'source-unfinished' }
  return servedSource(deps)
}

async function servedSource({ from, clock }: CopyDeps): Promise<Refused | undefined> {
  const by = await from.servedBy(clock.now())
  return by === undefined ? undefined : { heard: 'source-served', by }
}

/** The id of a key of ours that is not the one the source knows by it. */
async function otherKey({ from, keys }: CopyDeps): Promise<string | undefined> {
  const { rows } = await from.read('key_checks', null, ROWS_MAX)
  const other = rows.find(({ key_id, mac }) => {
    const ours = macOf(keys, 'key-check', `${key_id}`, ['field key', `${key_id}`])
    return ours !== undefined && ours !== mac
  })
  return other && `${other['key_id']}`
}

/** So many rows of this table are there, the last of them with this key; all tables before it are whole. */
const progressOf = z.strictObject({
  table: z.custom<TableName>((name) => typeof name === 'string' && isTableName(name)),
  after: z.array(z.union([z.string(), z.number()])).nullable(),
  copied: z.int().min(0),
})
type Progress = z.infer<typeof progressOf>

const BEGINNING: Progress = { table: 'key_checks', after: null, copied: 0 }

async function copyTables(
  { from, to, tell, rowsMax = ROWS_MAX }: CopyDeps,
  begun: string,
): Promise<Refused | { readonly progress: string }> {
  let progress = begun
  let at = progressOf.parse(JSON.parse(begun))
  for (const table of TABLE_NAMES.slice(TABLE_NAMES.indexOf(at.table))) {
    if (at.table !== table) at = { table, after: null, copied: 0 }
    for (;;) {
      const { rows, after } = await from.read(table, at.after, rowsMax)
      if (after === undefined) break
      const next: Progress = { table, after: [...after], copied: at.copied + rows.length }
      const appended = { table, rows, before: at.copied }
      const reached = JSON.stringify(next)
      if ((await to.append(appended, progress, reached)) === 'stale') return { heard: 'stale' }
      progress = reached
      at = next
      tell({ state: 'copying', table, rows: at.copied })
    }
    tell({ state: 'copied', table, rows: at.copied })
  }
  return { progress }
}

async function compareTables({ from, to, tell }: CopyDeps): Promise<Refused | CopiedTable[]> {
  const tables: CopiedTable[] = []
  for (const table of TABLE_NAMES) {
    const { same, rows } = await compare(from, to, table)
    if (!same) return { heard: 'differs', table, ...rows }
    tables.push({ table, rows: rows.to })
    tell({ state: 'compared', table, rows: rows.to })
  }
  return tables
}
