import type { Worker } from 'node:worker_threads'
import { createSlots, Fault } from '../../kernel/index.ts'
import { DURABILITY } from './durability.ts'
import { isOfTheWorld } from './faults.ts'
import { type LoadedWriter, loadWriter } from './loading/index.ts'
import type { Durability, Message, Operation, Operations, Reply } from './operations.ts'
import type { FromWriter, OpenFile, ToWriter } from './writer.ts'

export type WriterThread = AsyncDisposable & {
  call<O extends Operation>(
    op: O,
    of: Parameters<Operations[O]>[0],
    durability?: Durability,
  ): Promise<ReturnType<Operations[O]>>
  state(): 'up' | 'down'
}

export type WriterThreadDeps = {
  readonly file: string
  readonly loaded: LoadedWriter | undefined
  /** The writer is back after it was lost; what else holds the file may have to open it anew. */
  readonly restarted: () => void
  /** Why the writer was lost, for the log. */
  readonly lost: (why: unknown) => void
}

const WAITING_MAX = 10_000
const PATIENCE_MS = 3_000
/** An import of everybody is one operation. */
const LONG_PATIENCE_MS = 120_000
const LONG: ReadonlySet<Operation> = new Set(['people.add', 'upkeep.reseal'])
const RESTART_MS = 100
const RESTART_MAX_MS = 5_000

type Waiting = {
  resolve(answer: unknown): void
  reject(why: unknown): void
  /** On the last of those that were handed over together: gives up on all of them. */
  timer: NodeJS.Timeout | undefined
}

/** The main thread's end of the writer: a bounded queue, patience, and another writer when one is lost. */
export async function startWriterThread(deps: WriterThreadDeps): Promise<WriterThread> {
  const { file } = deps
  let { loaded } = deps
  const waiting = createSlots<Waiting>()
  let outbox: Message[] = []
  /** Asked of this writer and not answered by it, whether or not somebody still waits. */
  let unanswered = 0
  let restartMs = RESTART_MS
  let restart: NodeJS.Timeout | undefined
  let worker: Worker | undefined
  let state: 'starting' | 'up' | 'down' | 'closing' = 'starting'

  await start()
  return {
    call: (op, of, durability = DURABILITY[op]) =>
      // The table of operations types both ends; between them there are only messages.
      call(op, of, durability) as Promise<ReturnType<Operations[typeof op]>>,
    state: () => (state === 'up' ? 'up' : 'down'),
    async [Symbol.asyncDispose]() {
      state = 'closing'
      clearTimeout(restart)
      const running = worker
      if (running === undefined) return
      flush()
      // Not `once` of node:events: what fails while it ends fails nobody who only waits for the end.
      const exited = new Promise<void>((resolve) => void running.once('exit', () => resolve()))
      post(running, 'close')
      await exited
    },
  }

  function call(op: Operation, of: unknown, durability: Durability): Promise<unknown> {
    if (state !== 'up') return Promise.reject(unavailable('the store is down'))
    if (unanswered >= WAITING_MAX) return Promise.reject(unavailable('the store is too busy'))
    return new Promise((resolve, reject) => {
      const seq = waiting.put({ resolve, reject, timer: undefined })
      unanswered++
      // What one turn of the loop asks for crosses in one message.
      if (outbox.push({ seq, op, of, durability }) === 1) setImmediate(flush)
    })
  }

  function flush(): void {
    const messages = outbox
    outbox = []
    hand(
      messages.filter(({ op }) => !LONG.has(op)),
      PATIENCE_MS,
    )
    hand(
      messages.filter(({ op }) => LONG.has(op)),
      LONG_PATIENCE_MS,
    )
  }

  function hand(messages: readonly Message[], patienceMs: number): void {
    if (messages.length === 0 || worker === undefined) return
    post(worker, messages)
    giveUpOn(messages, patienceMs)
  }

  /** What is committed later than this is simply not seen by whoever asked. */
  function giveUpOn(messages: readonly Message[], patienceMs: number): void {
    const last = messages.at(-1)
    const timer = setTimeout(() => {
      for (const { seq, op } of messages)
        settle({ seq, error: `${op} took more than ${patienceMs} ms`, code: 'ETIMEDOUT' })
    }, patienceMs)
    const waits = last && waiting.get(last.seq)
    // Answers come in order: with the last of them nobody waits any more.
    if (waits !== undefined) waits.timer = timer
  }

  function settle(reply: Reply): void {
    const waits = waiting.take(reply.seq)
    if (waits === undefined) return
    clearTimeout(waits.timer)
    if ('answer' in reply) {
      waits.resolve(reply.answer)
      return
    }
    const cause = Object.assign(new Error(String(reply.error)), { code: reply.code })
    waits.reject(isOfTheWorld(cause) ? unavailable('the store did not write', cause) : cause)
  }

  function start(): Promise<void> {
    return new Promise((resolve, reject) => {
      // One that failed while nobody waited is replaced: the next one says why.
      const started = (loaded?.isWell() ? loaded : loadWriter()).worker
      loaded = undefined
      let why: unknown = new Error('the writer ended')
      worker = started
      started.ref()
      post(started, { open: file })
      started.on('message', (said: FromWriter) => {
        if ('replies' in said) {
          unanswered -= said.replies.length
          return said.replies.forEach(settle)
        }
        if (state !== 'closing') state = 'up'
        restartMs = RESTART_MS
        resolve()
      })
      started.on('error', (error) => {
        why = error
      })
      started.on('exit', () => {
        worker = undefined
        const gone = unavailable('the writer was lost', why)
        for (const { reject, timer } of waiting.takeAll()) {
          clearTimeout(timer)
          reject(gone)
        }
        outbox = []
        unanswered = 0
        reject(gone)
        if (state !== 'closing') startAgain(why)
      })
    })
  }

  function startAgain(why: unknown): void {
    if (state === 'starting') return
    state = 'down'
    deps.lost(why)
    restart = setTimeout(() => {
      start().then(deps.restarted, () => undefined)
    }, restartMs)
    restartMs = Math.min(restartMs * 2, RESTART_MAX_MS)
  }
}

function post(worker: Worker, message: OpenFile | ToWriter): void {
  worker.postMessage(message)
}

function unavailable(saying: string, cause?: unknown): Fault {
  return new Fault('store.unavailable', saying, { cause })
}
