import { inTime } from '../kernel/index.ts'

/**
 * Asks whether something is up, and takes no answer in time for down: a probe has to be answered also while what it asks
 * about hangs. Whoever asks meanwhile waits for the same answer.
 */
export function createProbe(
  seconds: number,
  ask: () => Promise<'up' | 'down'>,
): () => Promise<'UP' | 'DOWN'> {
  let asked: Promise<'UP' | 'DOWN'> | undefined
  return () => {
    asked ??= answer().finally(() => {
      asked = undefined
    })
    return asked
  }

  async function answer(): Promise<'UP' | 'DOWN'> {
    return (await inTime(seconds, ask())) === 'up' ? 'UP' : 'DOWN'
  }
}
