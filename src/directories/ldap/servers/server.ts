import {
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
} from 'cockatiel'
import type { Instant, Stopwatch } from '../../../kernel/index.ts'
import type { LdapServer, LdapSettings } from '../settings.ts'
import type { Wire } from '../wire.ts'
import type { Bound } from './bound.ts'
import type { Ending } from './ending.ts'
import { createPool } from './pool.ts'
import { createSignIn } from './sign-in.ts'
import { type Blame, saying, Trouble } from './trouble.ts'

/** One of several, and whether it is of use at present. */
export type Server = {
  readonly label: string
  readonly isUp: boolean
  /** Why it is not; of the last time where it is. */
  readonly trouble: Trouble | undefined
  readonly idle: number
  readonly certificateValidUntil: Instant | null
  /** Throws a Trouble. One that speaks against the server keeps everybody away from it until it is heard again. */
  use<T>(work: (wire: Wire) => Promise<T>, ending: Ending): Promise<T>
  close(): void
}

export type ServerHeard = {
  /** It is not asked any more, or again. */
  readonly onServer?: (label: string, is: 'out' | 'back', why: Trouble | undefined) => void
}

/** What speaks against a server. A wire that was lost alone does not: it is opened anew first. */
const AGAINST: ReadonlySet<Blame> = new Set(['server', 'bind', 'late', 'lost'])
/** How long it is left alone, each time longer: so that it is back within 5 seconds and not besieged. */
const [PAUSE_MS, PAUSE_MS_MAX, GROWTH] = [250, 2_000, 2]
/** A breaker would ask the system's clock how long it has been open, and wait for an hour where that is set back by one. */
const AT_ONCE = new DelegateBackoff(() => Number.NEGATIVE_INFINITY)

export function createServer(
  server: LdapServer,
  settings: LdapSettings,
  deps: { readonly stopwatch: Stopwatch } & ServerHeard,
): Server {
  const { stopwatch, onServer = () => {} } = deps
  const { label } = server
  const pool = createPool(stopwatch)
  const signIn = createSignIn(server, settings, stopwatch)
  const closing = new AbortController()
  let trouble: Trouble | undefined
  let certificateValidUntil: Instant | null = null
  let probing: NodeJS.Timeout | undefined
  let probes = 0

  const pauseMs = () => Math.min(PAUSE_MS * GROWTH ** probes, PAUSE_MS_MAX)
  const breaker = circuitBreaker(handleWhen(isAgainst), {
    breaker: new ConsecutiveBreaker(1),
    // Nothing but the probe below asks while it is open.
    halfOpenAfter: AT_ONCE,
  })
  breaker.onBreak(() => {
    pool.drop()
    if (breaker.lastFailure !== undefined && 'error' in breaker.lastFailure)
      trouble = troubleOf(breaker.lastFailure.error)
    if (probes === 0) onServer(label, 'out', trouble)
    probeLater(pauseMs())
  })
  breaker.onReset(() => {
    probes = 0
    onServer(label, 'back', trouble)
  })

  return {
    label,
    get isUp() {
      return breaker.state === CircuitState.Closed
    },
    get trouble() {
      return trouble
    },
    get idle() {
      return pool.idle
    },
    get certificateValidUntil() {
      return certificateValidUntil
    },
    use: (work, ending) =>
      breaker.execute(async () => {
        try {
          return await attempt(pool.take(), work, ending)
        } catch (error) {
          if (!(error instanceof Trouble) || error.blame !== 'lost') throw error
          // It has said goodbye to the others as well.
          pool.drop()
          return await attempt(undefined, work, ending)
        }
      }),
    close() {
      closing.abort(new Trouble('ours', { name: settings.name, server: null }, saying('is closed')))
      clearTimeout(probing)
      pool.drop()
    },
  }

  async function attempt<T>(
    kept: Bound | undefined,
    work: (wire: Wire) => Promise<T>,
    ending: Ending,
  ): Promise<T> {
    const wire = kept ?? (await open(ending.signal))
    ending.hearer = () => wire.close()
    if (ending.reason !== undefined) wire.close()
    try {
      return await work(wire)
    } finally {
      ending.hearer = undefined
      if (closing.signal.aborted) wire.close()
      pool.giveBack(wire)
    }
  }

  async function open(signal: AbortSignal): Promise<Bound> {
    const wire = await signIn(signal)
    certificateValidUntil = wire.tls?.validUntil ?? null
    return wire
  }

  /** Nobody's lookup pays for finding out whether it is back. */
  function probeLater(ms: number): void {
    clearTimeout(probing)
    if (closing.signal.aborted) return
    probing = setTimeout(probe, ms)
    probing.unref()
  }

  async function probe(): Promise<void> {
    probes += 1
    try {
      await breaker.execute(async () => pool.giveBack(await open(closing.signal)))
    } catch (error) {
      // What speaks against it has broken the circuit anew, and that comes back here.
      if (!isAgainst(error)) probeLater(pauseMs())
    }
  }
}

const isAgainst = (error: unknown): boolean => error instanceof Trouble && AGAINST.has(error.blame)

const troubleOf = (error: unknown): Trouble | undefined =>
  error instanceof Trouble ? error : undefined
