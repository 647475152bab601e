import { checkServerIdentity } from 'node:tls'
import { Client, type ClientConfig, DatabaseError } from 'pg'
import { Fault, type Stopwatch } from '../../kernel/index.ts'
import { Asked, type Given, parserOf } from './asked.ts'
import { Lost, NoConnection, unconnected } from './faults.ts'
import type { Host, Hosts } from './hosts.ts'
import type { PostgresSettings } from './settings.ts'

export type Query = {
  /** Kept prepared on the connection under this name. */
  readonly name?: string
  readonly text: string
  /** Without them it may be several statements. */
  readonly values?: readonly Given[]
}

export type Answer<Row> = { readonly command: string; readonly rows: readonly Row[] }

const KEEP_ALIVE_AFTER_MS = 10_000

/** The server's own limit comes first, so that what it says of it is heard. */
const ANSWER_GRACE_SECONDS = 0.5

/** A connection to a server that took writes when it was made. It never emits what nobody hears. */
export class Connection extends Client {
  readonly to: Host
  /** By the stopwatch. */
  readonly openedAt: number
  heardAt: number
  readonly #hosts: Hosts
  readonly #settings: PostgresSettings
  readonly #stopwatch: Stopwatch
  readonly #prepared = new Set<string>()
  #gone: Error | undefined
  #isUp = false

  constructor(settings: PostgresSettings, hosts: Hosts, stopwatch: Stopwatch) {
    const to = hosts.current()
    super(configOf(settings, to))
    this.to = to
    this.#hosts = hosts
    this.#settings = settings
    this.#stopwatch = stopwatch
    this.openedAt = stopwatch.seconds()
    this.heardAt = this.openedAt
    this.on('error', (error) => {
      this.#gone ??= error
    })
    this.on('end', () => {
      this.#gone ??= new Error('the connection was closed')
    })
  }

  get isGone(): boolean {
    return this.#gone !== undefined || this.connection.stream.destroyed
  }

  /** Was made, and is still there as far as anybody knows. */
  get isUp(): boolean {
    return this.#isUp && !this.isGone
  }

  /** Whether what is known of its server since speaks against it. */
  get isDoubtful(): boolean {
    return this.openedAt < this.to.readOnlyAt || this.heardAt < this.to.silentSince
  }

  /** What pg sends first of all. Spelt out, so that no variable of the environment adds to it: poolers refuse what they do not know. */
  getStartupConf(): object {
    const { user, database } = this.#settings
    return { user, database, application_name: 'sallyport' }
  }

  override connect(): Promise<Client>
  override connect(callback: (error: Error | null, client?: Client) => void): void
  override connect(callback?: (error: Error | null, client?: Client) => void) {
    const reached = this.#reach()
    if (callback === undefined) return reached
    reached.then(() => callback(null, this), callback)
    return undefined
  }

  async #reach(): Promise<Client> {
    const { connectSeconds, deadlineSeconds, user } = this.#settings
    // So that those before it, silent as they may be, leave time for the last.
    const patience = Math.min(connectSeconds, deadlineSeconds / this.#hosts.count)
    const late = setTimeout(
      () => this.connection.stream.destroy(new Error('no connection in time')),
      patience * 1000,
    )
    try {
      await super.connect()
      await this.#prepare()
      this.#isUp = true
      return this
    } catch (error) {
      this.discard()
      this.#hosts.leave(this.to)
      throw unconnected(error, this.to.label, user)
    } finally {
      clearTimeout(late)
    }
  }

  async #prepare(): Promise<void> {
    const answer = await this.query<{ readonly takes_writes: boolean }>(
      this.#settings.prepared
        ? `select ${sessionOf(this.#settings)}, ${TAKES_WRITES}`
        : `select ${TAKES_WRITES}`,
    )
    this.heardAt = this.#stopwatch.seconds()
    if (answer.rows[0]?.takes_writes !== true)
      throw new NoConnection('read-only', `${this.to.label} takes no writes`)
  }

  /** Throws what the server said, or `Lost`. It is ended where no answer comes in time, or in the little that is left of it. */
  async ask<Row>(query: Query, secondsLeft: number): Promise<Answer<Row>> {
    const { label } = this.to
    if (this.isGone) throw new Lost('lost', false, `${label} has closed the connection`, this.#gone)
    const askedAt = this.#stopwatch.seconds()
    const patience = this.#settings.statementSeconds + ANSWER_GRACE_SECONDS
    let isSilent = false
    const timer = setTimeout(() => {
      isSilent = true
      // Cut short it proves nothing, and in a rush would take the connections of all others along.
      if (secondsLeft >= patience) this.to.silentSince = Math.max(this.to.silentSince, askedAt)
      this.connection.stream.destroy(new Error('no answer in time'))
    }, Math.min(patience, secondsLeft) * 1000)
    try {
      const answer = await this.#answerTo<Row>(query)
      this.heardAt = this.#stopwatch.seconds()
      return answer
    } catch (error) {
      if (isSilent) throw new Lost('silent', true, `${label} did not answer in time`, error)
      if (!(error instanceof DatabaseError) && this.isGone)
        throw new Lost('lost', true, `the connection to ${label} was lost`, error)
      this.heardAt = this.#stopwatch.seconds()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  async #answerTo<Row>({ name, text, values }: Query): Promise<Answer<Row>> {
    if (values === undefined) return { command: (await this.query(text)).command, rows: [] }
    return await this.query(new Asked<Row>({ name, text, values }, this.#prepared)).answer
  }

  /** It was found to be a standby: neither it nor what was connected with it is asked again. */
  distrust(): void {
    this.to.readOnlyAt = this.#stopwatch.seconds()
    this.#hosts.leave(this.to)
  }

  /** At once: the other side may not be there to answer a goodbye. */
  discard(): void {
    void this.end()
    this.connection.stream.destroy()
  }
}

const TAKES_WRITES =
  "not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off' as takes_writes"

const milliseconds = (seconds: number) => Math.ceil(seconds * 1000)

/**
 * A plan is kept for as long as a connection, and is made while tables may still be empty: it finds rows by an index, whatever
 * they grow to. Compiling it would only be worth it for statements that take long.
 */
const PLANS = { plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off', jit: 'off' }

function sessionOf(settings: PostgresSettings): string {
  return Object.entries({ ...timeOutsOf(settings), ...PLANS })
    .map(([name, value]) => `set_config('${name}', '${value}', false)`)
    .join(', ')
}

/** What the server itself holds a statement to. */
export const timeOutsOf = (
  settings: Pick<PostgresSettings, 'statementSeconds' | 'lockSeconds'>,
) => ({
  statement_timeout: milliseconds(settings.statementSeconds),
  lock_timeout: milliseconds(settings.lockSeconds),
  idle_in_transaction_session_timeout: milliseconds(settings.statementSeconds),
})

function configOf(settings: PostgresSettings, { host, port, label }: Host): ClientConfig {
  const { database, user } = settings
  return {
    ...{ host, port, database, user, password: () => passwordOf(settings, label) },
    ssl: settings.tls === null ? false : tlsOf(settings.tls),
    sslnegotiation: 'postgres',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    types: { getTypeParser: parserOf },
  }
}

/** Never from `PGPASSWORD` or a `.pgpass`, where pg would look for itself. */
function passwordOf({ password }: PostgresSettings, label: string): string {
  if (password === null)
    throw new Fault('configuration.unfit', `${label} asks for a password, and none is configured`)
  try {
    return password()
  } catch (cause) {
    throw new Fault('store.unavailable', 'the password for the database cannot be read', { cause })
  }
}

function tlsOf({ ca, certificate, serverName }: NonNullable<PostgresSettings['tls']>) {
  return {
    rejectUnauthorized: true,
    ...(ca !== null && { ca }),
    ...(certificate !== null && { cert: certificate.cert, key: certificate.key }),
    // pg lays the host's name over `servername`, so who the certificate has to be of is said here.
    ...(serverName !== null && {
      servername: serverName,
      checkServerIdentity: (_host: string, peer: Parameters<typeof checkServerIdentity>[1]) =>
        checkServerIdentity(serverName, peer),
    }),
  }
}
