import { hash } from 'node:crypto'
import type { Cursor, Row, Source } from './side.ts'
import { TABLES, type TableName } from './tables.ts'

const BATCH = 2_000
const DIGEST_MAX = 2n ** 256n

/** What a table came to: how many rows, and what all of them say. */
type Sum = { readonly rows: number; readonly digest: bigint }

export type Compared = {
  readonly same: boolean
  readonly rows: { readonly from: number; readonly to: number }
}

/** Whether both hold the same rows of a table; in the same order where that is all that keeps it. */
export async function compare(
  from: Pick<Source, 'read'>,
  to: Pick<Source, 'read'>,
  table: TableName,
): Promise<Compared> {
  const one = await sumOf(from, table)
  const other = await sumOf(to, table)
  return {
    same: one.rows === other.rows && one.digest === other.digest,
    rows: { from: one.rows, to: other.rows },
  }
}

/** A sum, since engines do not agree in which order texts come. */
async function sumOf(side: Pick<Source, 'read'>, table: TableName): Promise<Sum> {
  let rows = 0
  let digest = 0n
  let after: Cursor | null = null
  for (;;) {
    const batch = await side.read(table, after, BATCH)
    for (const row of batch.rows) digest += digestOf(table, row, rows++)
    if (batch.after === undefined) return { rows, digest: digest % DIGEST_MAX }
    after = batch.after
  }
}

function digestOf(table: TableName, row: Row, place: number): bigint {
  const { key, columns } = TABLES[table]
  const values = columns.map((name) => row[name])
  const said = JSON.stringify(key.length === 0 ? [place, ...values] : values)
  return BigInt(`0x${hash('sha256', said)}`)
}
