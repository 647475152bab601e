import { isUtf8 } from 'node:buffer'
import { CsvError, parse } from 'csv-parse/sync'
import { fail, ok, parseJson, type Result } from '../kernel/index.ts'

const IMPORT_BYTES_MAX = 16 * 1024 * 1024
const ROWS_MAX = 100_000
/** Empty ones included. */
const LINES_MAX = 2 * ROWS_MAX
/** A row holds ten of each contact and an otpauth address at most. */
const ROW_CHARACTERS_MAX = 8 * 1024
const FIELD_CHARACTERS_MAX = 4 * 1024

const COLUMNS = ['username', 'display_name', 'email', 'phone', 'locale', 'totp'] as const
export type Column = (typeof COLUMNS)[number]

/** `row` counts people from 1, in the order of the file. */
export type ImportRow = {
  readonly row: number
  readonly read: Result<Readonly<Partial<Record<Column, string>>>, string>
}

/** What is wrong with one row is said at that row; what makes the file unreadable is said of the file. */
export function parseImport(file: {
  readonly bytes: Uint8Array
  readonly format: 'csv' | 'jsonl'
}): Result<readonly ImportRow[], string> {
  if (file.bytes.length > IMPORT_BYTES_MAX) return fail('the file is larger than 16 MiB')
  if (!isUtf8(file.bytes)) return fail('the file is not UTF-8 text')
  const text = Buffer.from(file.bytes)
    .toString('utf8')
    .replace(/^\ufeff/, '')
  const rows = file.format === 'csv' ? parseCsv(text) : parseJsonLines(text)
  if (!rows.ok) return rows
  if (rows.value.length === 0) return fail('the file holds nobody')
  if (rows.value.length > ROWS_MAX) return fail(`the file holds more than ${ROWS_MAX} people`)
  return rows
}

function parseCsv(text: string): Result<readonly ImportRow[], string> {
  const records = readCsv(text)
  if (!records.ok) return records
  const [header = [], ...body] = records.value
  const [only = '', ...others] = header
  if (
    others.length === 0 &&
    columnOf((only.split(';')[0] ?? '').trim().toLowerCase()) &&
    only.includes(';')
  )
    return fail('the columns are separated by semicolons: save the file with commas')
  const columns = header.map((name) => columnOf(name.trim().toLowerCase()))
  if (columns.includes(undefined) || new Set(columns).size < columns.length)
    return fail(`the first line must name columns, each once, out of ${COLUMNS.join(', ')}`)
  if (!columns.includes('username')) return fail('the first line must name the column username')
  return ok(body.map((cells, index) => ({ row: index + 1, read: readCells(columns, cells) })))
}

function readCsv(text: string): Result<readonly (readonly string[])[], string> {
  try {
    const records: string[][] = parse(text, {
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: ROW_CHARACTERS_MAX,
      to: ROWS_MAX + 2,
    })
    return ok(records)
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    // Its message may quote what stands there.
    return fail(`the file is no CSV (line ${String(error['lines'] ?? '?')}: ${error.code})`)
  }
}

function readCells(
  columns: readonly (Column | undefined)[],
  cells: readonly string[],
): ImportRow['read'] {
  if (cells.length !== columns.length)
    return fail(`has ${cells.length} fields where the first line has ${columns.length}`)
  return bounded(columns.map((column, index) => [column, cells[index]]))
}

function parseJsonLines(text: string): Result<readonly ImportRow[], string> {
  const all = text.split('\n', LINES_MAX + 1)
  if (all.length > LINES_MAX) return fail(`the file has more than ${LINES_MAX} lines`)
  const lines = all.filter((line) => line.trim() !== '')
  return ok(lines.map((line, index) => ({ row: index + 1, read: readLine(line) })))
}

function readLine(line: string): ImportRow['read'] {
  const record = line.length > ROW_CHARACTERS_MAX ? undefined : parseObject(line)
  if (record === undefined)
    return fail(`is no JSON object of at most ${ROW_CHARACTERS_MAX} characters with each key once`)
  const fields: [Column, string | undefined][] = []
  for (const [name, value] of Object.entries(record)) {
    const column = columnOf(name)
    if (column === undefined) return fail(`has a key that is none of ${COLUMNS.join(', ')}`)
    const text = value === null ? '' : value
    if (typeof text !== 'string') return fail(`${column} must be text`)
    fields.push([column, text])
  }
  return bounded(fields)
}

function parseObject(line: string): object | undefined {
  const value = parseJson(line)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
}

function bounded(
  fields: readonly (readonly [Column | undefined, string | undefined])[],
): ImportRow['read'] {
  const long = fields.find(([, text]) => (text?.length ?? 0) > FIELD_CHARACTERS_MAX)
  if (long !== undefined)
    return fail(`${long[0]} is longer than ${FIELD_CHARACTERS_MAX} characters`)
  return ok(Object.fromEntries(fields))
}

const columnOf = (name: string): Column | undefined => COLUMNS.find((column) => column === name)
