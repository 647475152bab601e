import { Fault, type Stopwatch } from '../kernel/index.ts'
import type { Answer, Directory, Query } from './directory.ts'

type Hit<P> = Extract<Answer<P>, { readonly found: 'person' }>
type Kept<P> = { readonly answer: Hit<P>; readonly at: number }
type Flight<P> = {
  readonly answer: Promise<Answer<P>>
  readonly join: (signal: AbortSignal) => void
}

/** Answers that are kept; the one that nobody has asked for longest goes first. */
const KEPT_MAX = 10_000

/**
 * A directory whose answer about a person is good for a while: for `seconds`, so that a passage asks once, and while the
 * directory is a Fault for `outageSeconds` since it last said so. Only a person is kept: nobody, a disabled person and
 * two people are asked about each time, as is whoever is asked for anew, and such an answer also ends what was kept. Each spelling is a question of its
 * own. Whoever asks the same while it is being asked gets the same answer.
 */
export function createCachedDirectory<P>(deps: {
  readonly directory: Directory<P>
  readonly seconds: number
  readonly outageSeconds: number
  readonly stopwatch: Stopwatch
  /** An answer that nobody was asked for: young enough, or all that there is in an outage. */
  readonly onServed?: (why: 'fresh' | 'outage') => void
}): Directory<P> {
  const { directory, seconds, outageSeconds, stopwatch, onServed = () => {} } = deps
  const kept = new Map<string, Kept<P>>()
  const flights = new Map<string, Flight<P>>()

  return {
    name: directory.name,
    async find(query, signal, how) {
      const key = keyOf(query)
      const fresh = how === 'anew' ? undefined : younger(key, seconds)
      if (fresh !== undefined) return served('fresh', fresh)
      try {
        return await fly(key, query, signal)
      } catch (error) {
        const last = isOutage(error) ? younger(key, outageSeconds) : undefined
        if (last === undefined) throw error
        return served('outage', last)
      }
    },
  }

  function younger(key: string, ageMax: number): Hit<P> | undefined {
    const found = kept.get(key)
    if (found === undefined || stopwatch.seconds() - found.at >= ageMax) return undefined
    kept.delete(key)
    kept.set(key, found)
    return found.answer
  }

  function served(why: 'fresh' | 'outage', answer: Hit<P>): Hit<P> {
    onServed(why)
    return answer
  }

  function fly(key: string, query: Query, signal: AbortSignal): Promise<Answer<P>> {
    const under = flights.get(key)
    if (under !== undefined) {
      under.join(signal)
      return under.answer
    }
    // Nobody joins one that has been given up.
    let flight: Flight<P> | undefined
    const land = () => {
      if (flights.get(key) === flight) flights.delete(key)
    }
    const { joint, join } = jointSignal(signal, land)
    flight = { answer: ask(key, query, joint).finally(land), join }
    if (!joint.aborted) flights.set(key, flight)
    return flight.answer
  }

  async function ask(key: string, query: Query, signal: AbortSignal): Promise<Answer<P>> {
    // As old as the question: what changes while it is answered may not be in the answer.
    const at = stopwatch.seconds()
    const answer = await directory.find(query, signal)
    kept.delete(key)
    if (answer.found === 'person' && Math.max(seconds, outageSeconds) > 0) {
      kept.set(key, { answer, at })
      const [oldest] = kept.keys()
      if (kept.size > KEPT_MAX && oldest !== undefined) kept.delete(oldest)
    }
    return answer
  }
}

const keyOf = (query: Query): string =>
  JSON.stringify([query.by, query.value, query.by === 'immutableId' ? query.directory : ''])

const isOutage = (error: unknown): boolean =>
  error instanceof Fault && error.code === 'directory.unavailable'

/** Ends when the last of those who wait has gone. */
function jointSignal(first: AbortSignal, given: () => void) {
  const joint = new AbortController()
  let waiting = 0
  const join = (signal: AbortSignal) => {
    waiting++
    const leave = () => {
      if (--waiting > 0) return
      given()
      joint.abort(signal.reason)
    }
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
  }
  join(first)
  return { joint: joint.signal, join }
}
