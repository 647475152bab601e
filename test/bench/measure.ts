import type { Running } from './installation.ts'
import type { Target } from './load.ts'
import type { Loader } from './loader.ts'
import { cpuSeconds, median, residentBytes } from './statistics.ts'

/** A server under load, and the people whom the load may send to it. */
export type Subject = { readonly running: Running; readonly target: Target }

export type Pair = { readonly of: number; readonly against: number }

/** What the operating system charged for each step-up, in milliseconds; of two servers in turn, so that both have the same weather. */
export async function cpuPairs(
  loader: Loader,
  [subject, against]: readonly [Subject, Subject],
  { pairs, stepUps, workers }: Readonly<Record<'pairs' | 'stepUps' | 'workers', number>>,
): Promise<readonly Pair[]> {
  const measured: Pair[] = []
  for (let pair = 0; pair < pairs; pair++) {
    // Who is first changes, so that neither always has the warmer machine.
    const first = pair % 2 === 0 ? subject : against
    const one = await cost(first)
    const other = await cost(first === subject ? against : subject)
    measured.push(first === subject ? { of: one, against: other } : { of: other, against: one })
  }
  return measured

  async function cost({ running, target }: Subject): Promise<number> {
    const before = cpuSeconds(running.pid)
    await loader.run({ target, load: 'closed', stepUps, workers })
    return ((cpuSeconds(running.pid) - before) * 1000) / stepUps
  }
}

export const ratiosOf = (pairs: readonly Pair[]): readonly number[] =>
  pairs.map(({ of, against }) => of / against)

export const medianOf = (pairs: readonly Pair[], side: keyof Pair): number =>
  median(pairs.map((pair) => pair[side]))

/** Half of the highest rate, for both, in turn: how long one exchange takes somebody. */
export async function delays(
  loader: Loader,
  [subject, against]: readonly [Subject, Subject],
  { pairs, perSecond, seconds }: Readonly<Record<'pairs' | 'perSecond' | 'seconds', number>>,
): Promise<{ readonly p50Ms: number; readonly p99: readonly Pair[] }> {
  const [p50, p99]: [number[], Pair[]] = [[], []]
  for (let pair = 0; pair < pairs; pair++) {
    const order = { load: 'open', perSecond, seconds } as const
    const ours = await loader.run({ target: subject.target, ...order })
    const floor = await loader.run({ target: against.target, ...order })
    p50.push(ours.p50Ms)
    p99.push({ of: ours.p99Ms, against: floor.p99Ms })
  }
  return { p50Ms: median(p50), p99 }
}

/** How much more is resident for each page that somebody has been shown and has not answered, once the heap has its size. */
export async function bytesPerPending(
  loader: Loader,
  { running, target }: Subject,
  { warmUp, stepUps, workers }: Readonly<Record<'warmUp' | 'stepUps' | 'workers', number>>,
): Promise<number> {
  await loader.run({ target, load: 'pending', stepUps: warmUp, workers })
  const before = residentBytes(running.pid)
  await loader.run({ target, load: 'pending', stepUps, workers })
  return (residentBytes(running.pid) - before) / stepUps
}
