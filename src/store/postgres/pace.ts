import type { Random, Stopwatch } from '../../kernel/index.ts'

/** When an operation has to have ended. */
export type Deadline = {
  /** In seconds; never below zero. */
  left(): number
}

export function deadlineIn(seconds: number, stopwatch: Stopwatch): Deadline {
  const end = stopwatch.seconds() + seconds
  return { left: () => Math.max(0, end - stopwatch.seconds()) }
}

const FIRST_SECONDS = 0.01
const MOST_SECONDS = 0.5

/** Twice as long each time, and somewhere in the upper half of it, so that those who met once do not meet again. */
export function backoffSeconds(failures: number, random: Random): number {
  const whole = Math.min(MOST_SECONDS, FIRST_SECONDS * 2 ** Math.max(0, failures - 1))
  const [dice = 0] = random.bytes(1)
  return whole * (0.5 + dice / 512)
}

export const pause = (seconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, seconds * 1000))

/**
 * What is promised, if it comes in time. What comes later goes to `late`; a failure then is nobody's any more.
 */
export function within<T>(
  promised: Promise<T>,
  seconds: number,
  options: { readonly late: (value: T) => void; readonly error: () => Error },
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      reject(options.error())
    }, seconds * 1000)
    promised.then(
      (value) => {
        clearTimeout(timer)
        if (isLate) options.late(value)
        else resolve(value)
      },
      (error) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}
