import { once } from 'node:events'
import { statSync } from 'node:fs'
import { parentPort, receiveMessageOnPort } from 'node:worker_threads'
import Sqlite from 'better-sqlite3'
import type { Message, Operations, Reply } from './operations.ts'
import { createQuery } from './statements.ts'
import { accountWrites } from './writes/accounts.ts'
import { appWrites } from './writes/apps.ts'
import { auditWrites } from './writes/audit.ts'
import { noticeWrites } from './writes/notices.ts'
import { operatorCodeWrites } from './writes/operator-codes.ts'
import { peopleWrites } from './writes/people.ts'
import { policyWrites } from './writes/policy.ts'
import { requestWrites } from './writes/requests.ts'
import { signingKeyWrites } from './writes/signing-keys.ts'
import { stepUpWrites } from './writes/step-ups.ts'
import { createTell } from './writes/tell.ts'
import { trustWrites } from './writes/trust.ts'
import { upkeepWrites } from './writes/upkeep.ts'

/** What the writer says to the thread that started it. */
export type FromWriter = { readonly ready: true } | { readonly replies: readonly Reply[] }
export type ToWriter = readonly Message[] | 'close'
/** The first message, and only the first. */
export type OpenFile = { readonly open: string }

/** Below the patience of callers, so that a file that another process holds is told before they leave. */
const BUSY_MS = 2_000
/** The pages of everybody who is under way, taken as they are needed. */
const CACHE_KIB = 16 * 1024
/** Busy pages are written to the log again and again, and from there to the file once: so not too often. */
const CHECKPOINT_PAGES = 4_000
const JOURNAL_BYTES = 64 * 1024 * 1024
/** One transaction at most holds this many operations, so that the first of them is not kept waiting. */
const BATCH_MAX = 500

const port = parentPort
if (port === null) throw new Error('invariant broken: the writer runs in a worker')

const [{ open: file }] = (await once(port, 'message')) as [OpenFile]
const opened = statSync(file)
const db = new Sqlite(file, { fileMustExist: true, timeout: BUSY_MS })
db.pragma('temp_store = MEMORY')
db.pragma(`cache_size = -${CACHE_KIB}`)
db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
db.pragma(`journal_size_limit = ${JOURNAL_BYTES}`)

const query = createQuery()
const operations: Operations = {
  ...stepUpWrites(db, query),
  ...appWrites(db, query),
  ...requestWrites(db, query),
  ...signingKeyWrites(db, query),
  ...auditWrites(db, query),
  ...peopleWrites(db, query),
  ...operatorCodeWrites(db, query),
  ...accountWrites(db, query),
  ...policyWrites(db, query),
  ...noticeWrites(db, query, createTell(db, query)),
  ...upkeepWrites(db, query),
  ...trustWrites(db, query),
}
const statement = (sql: string) => db.prepare<[], unknown>(sql)
const begin = statement('BEGIN IMMEDIATE')
const commit = statement('COMMIT')
const rollback = statement('ROLLBACK')
const save = statement('SAVEPOINT operation')
const release = statement('RELEASE operation')
const undo = statement('ROLLBACK TO operation')
let synchronous: 'FULL' | 'NORMAL' | undefined

port.on('message', (first: ToWriter) => {
  const waiting: Message[] = []
  let isClosing = false
  // Whatever came meanwhile goes into the same batch: one wait for the disk serves them all.
  for (let next: ToWriter | undefined = first; next !== undefined; next = received()) {
    if (next === 'close') isClosing = true
    else waiting.push(...next)
  }
  for (let at = 0; at < waiting.length; at += BATCH_MAX) {
    const replies = runBatch(waiting.slice(at, at + BATCH_MAX))
    tell({ replies })
  }
  if (isClosing) close()
})
tell({ ready: true })

function runBatch(batch: readonly Message[]): Reply[] {
  try {
    requireSameFile()
    waitForDisk(batch.some(({ durability }) => durability === 'durable'))
    begin.run()
    const replies = runAll(batch)
    commit.run()
    return replies
  } catch (error) {
    if (db.inTransaction) rollback.run()
    return batch.map(({ seq }) => failed(seq, error))
  }
}

/**
 * Without a savepoint for each, which costs as much as many an operation. Where one throws, which is rare, all are rolled
 * back and run again with savepoints: so an operation keeps nothing outside of the database.
 */
function runAll(batch: readonly Message[]): Reply[] {
  try {
    return batch.map((message) => answered(message))
  } catch (error) {
    // Alone in its transaction an operation needs no savepoint to be undone to.
    if (batch.length === 1) throw error
    if (db.inTransaction) rollback.run()
    begin.run()
    return batch.map((message) => runOne(message))
  }
}

/** What throws rolls back alone; an answer that says no has written nothing. */
function runOne(message: Message): Reply {
  save.run()
  try {
    const reply = answered(message)
    release.run()
    return reply
  } catch (error) {
    // A full disk may have ended the whole transaction: then nothing of the batch is kept.
    if (!db.inTransaction) throw error
    undo.run()
    release.run()
    return failed(message.seq, error)
  }
}

function answered({ seq, op, of }: Message): Reply {
  // The caller is typed by the same table; a name that is none throws here.
  const run = operations[op] as (of: unknown) => unknown
  return { seq, answer: run(of) }
}

function waitForDisk(isDurable: boolean): void {
  const wanted = isDurable ? 'FULL' : 'NORMAL'
  if (wanted === synchronous) return
  db.pragma(`synchronous = ${wanted}`)
  synchronous = wanted
}

/** A file that was taken away or replaced would take writes that nobody ever finds again. */
function requireSameFile(): void {
  const now = statSync(file, { throwIfNoEntry: false })
  if (now?.ino === opened.ino && now.dev === opened.dev) return
  setImmediate(close)
  throw Object.assign(new Error(`${file} was taken away`), { code: 'ENOENT' })
}

function failed(seq: number, error: unknown): Reply {
  const code = error instanceof Error && 'code' in error ? String(error.code) : null
  return { seq, error: error instanceof Error ? error.message : String(error), code }
}

function received(): ToWriter | undefined {
  return port === null ? undefined : receiveMessageOnPort(port)?.message
}

function tell(said: FromWriter): void {
  port?.postMessage(said)
}

function close(): void {
  db.close()
  port?.close()
}
