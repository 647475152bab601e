import { type Submittable, types, type Connection as Wire } from 'pg'

/** A value as it goes to the server, which is told its type by the statement. */
export type Given = string | number | boolean | null | readonly (string | number | null)[]

type Question = {
  readonly name: string | undefined
  readonly text: string
  readonly values: readonly Given[]
}

type RowDescription = {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
}
type Column = { readonly name: string; readonly parse: (text: string) => unknown }

/**
 * One statement with its values, under way on a connection. pg's own kind of query emits, copies and keeps a great deal that
 * nobody here asks for, and a step-up asks a dozen times.
 */
export class Asked<Row> implements Submittable {
  readonly #name: string
  readonly #text: string
  readonly #values: readonly Given[]
  /** What the connection keeps prepared already. */
  readonly #prepared: Set<string>
  readonly #settle: PromiseWithResolvers<{ command: string; rows: Row[] }>
  #columns: readonly Column[] = []
  readonly #rows: Row[] = []
  #command = ''
  #unreadable: unknown
  #forget = () => {}

  constructor(asked: Question, prepared: Set<string>) {
    this.#name = asked.name ?? ''
    this.#text = asked.text
    this.#values = asked.values
    this.#prepared = prepared
    this.#settle = Promise.withResolvers()
  }

  get answer(): Promise<{ readonly command: string; readonly rows: readonly Row[] }> {
    return this.#settle.promise
  }

  /** In one go, so that it is one round trip. */
  submit(wire: Wire): void {
    const values = this.#values.map(textOf)
    wire.stream.cork()
    if (!this.#prepared.has(this.#name)) this.#prepare(wire)
    wire.bind({ statement: this.#name, values }, true)
    wire.describe({ type: 'P' }, true)
    wire.execute(null, true)
    wire.sync()
    wire.stream.uncork()
  }

  /** It stays prepared once it is parsed, also where what it then does is refused. */
  #prepare(wire: Wire): void {
    const parsed = () => void this.#prepared.add(this.#name)
    if (this.#name !== '') wire.once('parseComplete', parsed)
    this.#forget = () => wire.off('parseComplete', parsed)
    wire.parse({ name: this.#name, text: this.#text, types: [] }, true)
  }

  handleRowDescription({ fields }: RowDescription): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({ name, parse: parserOf(dataTypeID) }))
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    try {
      this.#rows.push(rowIn(this.#columns, fields))
    } catch (error) {
      // Thrown from here it would be nobody's.
      this.#unreadable ??= error
    }
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    const end = text.indexOf(' ')
    this.#command = end < 0 ? text : text.slice(0, end)
  }

  handleReadyForQuery(): void {
    this.#forget()
    if (this.#unreadable !== undefined) this.#settle.reject(this.#unreadable)
    else this.#settle.resolve({ command: this.#command, rows: this.#rows })
  }

  /** What the server said, or what became of the connection. */
  handleError(error: unknown): void {
    this.#forget()
    this.#settle.reject(error)
  }

  handleEmptyQuery(): void {}
}

/** Typed by its statement: the contract suites read every column. */
function rowIn<Row>(columns: readonly Column[], fields: readonly (string | null)[]): Row {
  const row: Record<string, unknown> = {}
  columns.forEach(({ name, parse }, n) => {
    const text = fields[n] ?? null
    row[name] = text === null ? null : parse(text)
  })
  return row as Row
}

function textOf(value: Given): string | null {
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'object') return `{${value.map(elementOf)}}`
  return String(value)
}

/** PostgreSQL's "Array Input and Output Syntax". */
const elementOf = (value: string | number | null): string =>
  value === null ? 'NULL' : `"${String(value).replace(/[\\"]/g, '\\$&')}"`

const INT8 = 20
const INT8_ARRAY: number = 1016

/** Instants and counts fit a number. What does not is no rounding error but a bug. */
export function parserOf(oid: number, format?: 'text' | 'binary') {
  if (oid === INT8) return integer
  if (oid === INT8_ARRAY) {
    const parse: (text: string) => (string | null)[] = types.getTypeParser(INT8_ARRAY, 'text')
    return (text: string) => parse(text).map(integer)
  }
  return types.getTypeParser(oid, format)
}

function integer(text: string | null): number | null {
  if (text === null) return null
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error('an int8 is beyond what a number holds')
  return value
}
