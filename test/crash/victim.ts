import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Installation, type Running, serve } from '../bench/installation.ts'
import { endLeases } from '../support/crashing.ts'
import type { Dice } from '../support/dice.ts'

const LAUNCH = new URL('../../src/launch.js', import.meta.url).pathname
/** So many of the servers that come after a kill are killed once more before they are ready. */
const STILLBORN = 0.1
const STILLBORN_MS_MAX = 600

/** A server that is killed without notice and started again in the same place. */
export type Victim = AsyncDisposable & {
  /** Resolves when there is one that is ready. */
  up(): Promise<void>
  /** `kill -9`, and another one. */
  kill(): Promise<void>
  kills(): number
}

export async function startVictim(installation: Installation, dice: Dice): Promise<Victim> {
  let kills = 0
  let running: Running = await serve(installation)
  let ready: Promise<unknown> = Promise.resolve()

  return {
    async up() {
      await ready
    },
    async kill() {
      const again = Promise.withResolvers<void>()
      ready = again.promise
      await killed(running.child)
      while (dice.chance(STILLBORN)) await stillborn()
      running = await serve(installation)
      // Nothing would be sealed in so short a life while the lease of the dead one runs.
      endLeases(installation.database)
      again.resolve()
    },
    kills: () => kills,
    [Symbol.asyncDispose]: () => running.stop(),
  }

  async function stillborn(): Promise<void> {
    const words = [LAUNCH, 'serve', '--config', installation.config]
    const child = spawn(process.execPath, words, { stdio: 'ignore' })
    await new Promise((resolve) => setTimeout(resolve, dice.below(STILLBORN_MS_MAX)))
    await killed(child)
  }

  async function killed(child: ReturnType<typeof spawn>): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the server went by itself: ${running.complaints()}`)
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    kills++
  }
}
