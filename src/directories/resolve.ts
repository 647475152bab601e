import { Fault, invariant, type Stopwatch } from '../kernel/index.ts'
import type { Answer, Directory, How, Query } from './directory.ts'
import type { RouteOf } from './routes.ts'

/** Directories to ask in turn; those of an inner list are of equal rank. */
type Order = readonly (string | readonly string[])[]

type LookupOutcome = Answer['found'] | 'fault'

type ResolveDeps = {
  readonly directories: ReadonlyMap<string, Directory>
  readonly stopwatch: Stopwatch
  /** Narrows the client's list by the suffix of a name. */
  readonly routeOf: RouteOf
  /** How long a directory may take. */
  deadlineSecondsOf(directory: string): number
  /** Hears of every question; never decides. */
  readonly onLookup?: (directory: string, outcome: LookupOutcome, seconds: number) => void
}

/** Who the subject is. Only 'not-found' goes on to the next; every other answer and every Fault ends the search. */
export function createResolve(
  deps: ResolveDeps,
): (query: Query, order: Order, how?: How) => Promise<Answer> {
  const { directories, stopwatch, routeOf, deadlineSecondsOf, onLookup = () => {} } = deps

  return async (query, order, how = 'usual') => {
    for (const rank of ranksFor(query, order, routeOf)) {
      const answer = oneOf(await askAll(rank, query, how))
      if (answer.found !== 'not-found') return answer
    }
    return { found: 'not-found' }
  }

  /** All answers are waited for, so that neither speed nor order decides between an answer and a Fault. */
  async function askAll(
    rank: readonly string[],
    query: Query,
    how: How,
  ): Promise<readonly Answer[]> {
    const asked = await Promise.allSettled(rank.map((name) => ask(name, query, how)))
    return asked.map((one) => {
      if (one.status === 'rejected') throw one.reason
      return one.value
    })
  }

  async function ask(name: string, query: Query, how: How): Promise<Answer> {
    const directory = directories.get(name)
    invariant(directory !== undefined, `the configuration knows the directory ${name}`)
    const since = stopwatch.seconds()
    let outcome: LookupOutcome = 'fault'
    try {
      const answer = await inTime(directory, query, how)
      outcome = answer.found
      return answer
    } finally {
      onLookup(name, outcome, stopwatch.seconds() - since)
    }
  }

  /** The signal asks the directory to stop; the race ends the wait for one that doesn't. */
  async function inTime(directory: Directory, query: Query, how: How): Promise<Answer> {
    const { promise: late, reject } = Promise.withResolvers<never>()
    const deadline = new AbortController()
    const deadlineSeconds = deadlineSecondsOf(directory.name)
    const timer = setTimeout(() => {
      const says = `${directory.name} did not answer within ${deadlineSeconds} s`
      const fault = new Fault('directory.unavailable', says)
      reject(fault)
      deadline.abort(fault)
    }, deadlineSeconds * 1000)
    try {
      return await Promise.race([directory.find(query, deadline.signal, how), late])
    } finally {
      clearTimeout(timer)
    }
  }
}

/**
 * An immutable id means something in its own directory alone, and only where the client may ask that one. So does a name with
 * a suffix that is somebody's: no other directory gets to say who that is.
 */
function ranksFor(query: Query, order: Order, routeOf: RouteOf): readonly (readonly string[])[] {
  if (query.by === 'immutableId')
    return order.flat().includes(query.directory) ? [[query.directory]] : []
  const route = routeOf(query.value)
  return order
    .map((rank) => [...new Set([rank].flat())].filter((name) => route?.has(name) ?? true))
    .filter((rank) => rank.length > 0)
}

/** Two directories of equal rank that both know the name, be it as a disabled person, can't both be right. */
function oneOf(answers: readonly Answer[]): Answer {
  const [hit, another] = answers.filter(({ found }) => found !== 'not-found')
  if (hit === undefined) return { found: 'not-found' }
  return another === undefined ? hit : { found: 'ambiguous' }
}
