import { residentWithoutGarbage } from './collecting.ts'
import type { Running } from './installation.ts'
import type { Target } from './load.ts'
import type { Loader } from './loader.ts'
import { cpuSeconds, median } from './statistics.ts'

/** Servers under load, and the people whom the load may send to them. */
export type Subject = { readonly servers: readonly Running[]; readonly target: Target }

/** Of one load. */
export type Sample = {
  /** What the operating system charged the servers for each step-up. */
  readonly cpuMs: number
  /** What it charged somebody else meanwhile, for each step-up. */
  readonly besidesMs: number
  readonly perSecond: number
}

export type Pair<T = number> = { readonly of: T; readonly against: T }

type PairLoad = 'closed' | 'passing'

/** Of two subjects in turn, so that both have the same weather. */
export async function pairsOf(
  loader: Loader,
  [subject, against]: readonly [Subject, Subject],
  options: Readonly<Record<'pairs' | 'stepUps' | 'workers', number>> & {
    /** What each of the two is put under. */
    readonly loads?: readonly [PairLoad, PairLoad]
    /** CPU seconds of somebody else so far. */
    readonly besides?: () => number
  },
): Promise<readonly Pair<Sample>[]> {
  const { pairs, stepUps, workers, besides = () => 0, loads = ['closed', 'closed'] } = options
  const [of, other] = [() => sample(subject, loads[0]), () => sample(against, loads[1])]
  const measured: Pair<Sample>[] = []
  for (let pair = 0; pair < pairs; pair++) {
    // Who is first changes, so that neither always has the warmer machine.
    if (pair % 2 === 0) measured.push({ of: await of(), against: await other() })
    else measured.push({ against: await other(), of: await of() })
  }
  return measured

  async function sample({ servers, target }: Subject, load: PairLoad): Promise<Sample> {
    const spent = () => servers.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0)
    const before = { ours: spent(), besides: besides() }
    const { done, seconds } = await loader.run({ target, load, stepUps, workers })
    return {
      cpuMs: ((spent() - before.ours) * 1000) / stepUps,
      besidesMs: ((besides() - before.besides) * 1000) / stepUps,
      perSecond: done / seconds,
    }
  }
}

type Figure<T> = (one: T) => number

export function ratiosOf(pairs: readonly Pair[]): readonly number[]
export function ratiosOf<T>(pairs: readonly Pair<T>[], figure: Figure<T>): readonly number[]
export function ratiosOf<T>(pairs: readonly Pair<T>[], figure: Figure<T> = Number) {
  return pairs.map(({ of, against }) => figure(of) / figure(against))
}

export function medianOf(pairs: readonly Pair[], side: keyof Pair): number
export function medianOf<T>(pairs: readonly Pair<T>[], side: keyof Pair, figure: Figure<T>): number
export function medianOf<T>(
  pairs: readonly Pair<T>[],
  side: keyof Pair,
  figure: Figure<T> = Number,
): number {
  return median(pairs.map((pair) => figure(pair[side])))
}

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

const PARTS = 6

/**
 * How much more is resident for each page that somebody has been shown and has not answered, once the heap has its size. What
 * nobody holds is collected before each reading. A heap that takes more from the system at once, as heaps do, is in one of
 * the parts; what is held is in all of them.
 */
export async function bytesPerPending(
  loader: Loader,
  { servers, target }: Subject,
  { warmUp, stepUps, workers }: Readonly<Record<'warmUp' | 'stepUps' | 'workers', number>>,
): Promise<number> {
  const resident = async () => {
    const each = await Promise.all(servers.map(residentWithoutGarbage))
    return each.reduce((sum, bytes) => sum + bytes, 0)
  }
  const part = Math.ceil(stepUps / PARTS)
  const more: number[] = []
  await loader.run({ target, load: 'pending', stepUps: warmUp, workers })
  for (let before = await resident(); more.length < PARTS; ) {
    await loader.run({ target, load: 'pending', stepUps: part, workers })
    const after = await resident()
    more.push((after - before) / part)
    before = after
  }
  return median(more)
}
