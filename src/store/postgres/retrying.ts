import { Fault, type FaultCode, type Random, type Stopwatch } from '../../kernel/index.ts'
import type { Answer, Query } from './connection.ts'
import {
  isConnectionSound,
  isReadOnly,
  judge,
  NoConnection,
  OutOfTime,
  type RetryKind,
  withoutValues,
} from './faults.ts'
import type { Lending } from './lending.ts'
import { backoffSeconds, type Deadline, deadlineIn, pause } from './pace.ts'
import type { PostgresSettings } from './settings.ts'
import type { Turns } from './turns.ts'

/** Asks on the connection that was lent for it. Throws what the server said, or `Lost`. */
export type Asking = <Row>(query: Query) => Promise<Answer<Row>>

/** Something that is done as a whole, and may be begun again. */
export type Operation<T> = {
  readonly name: string
  attempt(ask: Asking): Promise<T>
  /** The answer to it was lost. `give-up`: it may have been done, and must not be done twice. */
  lost(): 'nothing-done' | 'perhaps-done' | 'give-up'
}

export type Retrying = {
  /** Attempts it when it has its turn, until it is done, or surely cannot be, or its time is over. */
  persevere<T>(operation: Operation<T>, turns: Turns): Promise<T>
}

/**
 * A password or a certificate that is changed reaches the server and this process at two moments. While other connections
 * stand it is worth to wait for one of them.
 */
const REJECTIONS_MAX = 2

export function createRetrying(deps: {
  readonly settings: PostgresSettings
  readonly lending: Lending
  readonly stopwatch: Stopwatch
  readonly random: Random
  readonly retried: (kind: RetryKind) => void
}): Retrying {
  const { settings, lending, stopwatch, random } = deps
  const { deadlineSeconds, statementSeconds } = settings
  // Let in later, one would hardly ask and be cut off, for nothing but the work of the server: and so would all behind it.
  const turnSeconds = Math.max(0, deadlineSeconds - statementSeconds)

  async function once<T>({ attempt }: Operation<T>, deadline: Deadline): Promise<T> {
    const { connection, giveBack } = await lending.lend(deadline)
    let how: 'sound' | 'unsound' = 'sound'
    try {
      return await attempt(async <Row>(query: Query) => {
        try {
          return await connection.ask<Row>(query, deadline.left())
        } catch (error) {
          if (!isConnectionSound(error)) how = 'unsound'
          if (isReadOnly(error)) connection.distrust()
          throw error
        }
      })
    } finally {
      giveBack(how)
    }
  }

  async function persevere<T>(operation: Operation<T>, turns: Turns): Promise<T> {
    const deadline = deadlineIn(deadlineSeconds, stopwatch)
    using _turn = await turns.take(deadlineIn(turnSeconds, stopwatch))
    let attempts: ReturnType<typeof createAttempts> | undefined
    for (;;) {
      try {
        return await once(operation, deadline)
      } catch (error) {
        attempts ??= createAttempts(operation, settings, lending)
        const { kind, failures, isElsewhere } = attempts.failed(error)
        const seconds = isElsewhere ? 0 : backoffSeconds(failures, random)
        if (seconds >= deadline.left()) throw attempts.ended()
        deps.retried(kind)
        await pause(seconds)
      }
    }
  }

  return { persevere }
}

type Next = {
  readonly kind: RetryKind
  /** In rounds of all hosts. */
  readonly failures: number
  /** The next attempt goes to a host that has not failed in this round. */
  readonly isElsewhere: boolean
}

/** What the attempts at one operation have come to. */
function createAttempts(
  { name, lost }: Operation<unknown>,
  settings: PostgresSettings,
  lending: Pick<Lending, 'hosts' | 'isConnected'>,
) {
  const { hosts } = lending
  let failures = 0
  let rejections = 0
  let isDoubtful = false
  let last: unknown

  const fault = (says: string, cause: unknown, code: FaultCode = 'store.unavailable') => {
    const doubt = isDoubtful ? '; whether it was done is not known' : ''
    return new Fault(code, `${name}: ${says}${doubt}`, { cause: withoutValues(cause) })
  }

  return {
    /** Throws where it is not to be attempted again. */
    failed(error: unknown): Next {
      const verdict = judge(error)
      if (verdict.is === 'ours') throw withoutValues(error)
      if (verdict.is === 'fault') throw fault(verdict.says, error, verdict.code)
      if (verdict.is === 'unknown') {
        const then = lost()
        if (then !== 'nothing-done') isDoubtful = true
        if (then === 'give-up') throw fault('the answer was lost', error)
      }
      const isUnconnected = error instanceof NoConnection
      if (isUnconnected && error.kind === 'rejected') {
        rejections += 1
        const isHopeless = rejections >= Math.max(REJECTIONS_MAX, hosts) && !lending.isConnected
        if (isHopeless) throw fault(error.message, error.cause)
      }
      // That there was no more time says nothing of why.
      if (!(error instanceof OutOfTime)) last = error
      failures += 1
      const isElsewhere = isUnconnected && failures % hosts !== 0
      return { kind: verdict.kind, failures: Math.ceil(failures / hosts), isElsewhere }
    },
    ended: () => {
      const among = hosts === 1 ? '' : `, the last of ${hosts} hosts`
      return fault(`not done within ${settings.deadlineSeconds} s${among}`, last)
    },
  }
}
