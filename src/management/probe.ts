import { inTime } from '../kernel/index.ts'

/**
 * Asks whether something is up, and takes no answer in time for down: a probe has to be answered also while what it asks
 * about hangs. It is asked one at a time, to its end: whoever asks meanwhile waits for the same answer, as long as for one of
 * their own, so that what hangs is not given more and more to do.
 */
export function createProbe(
  seconds: number,
  ask: () => Promise<'up' | 'down'>,
): () => Promise<'UP' | 'DOWN'> {
  let asked: Promise<'up' | 'down'> | undefined
  return async () => {
    asked ??= ask().finally(() => {
      asked = undefined
    })
    return (await inTime(seconds, asked)) === 'up' ? 'UP' : 'DOWN'
  }
}
