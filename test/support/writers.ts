import { syncBuiltinESMExports } from 'node:module'
import workerThreads, { Worker } from 'node:worker_threads'
import type { Message, Operation } from '../../src/store/sqlite/operations.ts'

/** What happens to the writer threads of every store in this process. */
type Mood =
  | { readonly mood: 'well' }
  /** Those that are there die, and so does each that is started. */
  | { readonly mood: 'dead' }
  /** They take what they are asked, and begin with it when they are well again. */
  | { readonly mood: 'hanging' }
  /** The next time that this is asked: before anything was done, or when it is committed and nobody has heard of it. */
  | { readonly mood: 'dying'; readonly at: Operation; readonly when: 'before' | 'after' }
  /** They die, and this happens at the moment when the next one is ready. */
  | { readonly mood: 'reborn'; readonly ready: () => void }

export type Writers = { set(mood: Mood): void }

/** From here on every thread that this process starts is one that can be made to fail. */
export function watchWriters(): Writers {
  let mood: Mood = { mood: 'well' }
  const alive = new Set<Watched>()

  class Watched extends Worker {
    readonly #held: unknown[] = []
    #isDumb = false

    constructor(...given: ConstructorParameters<typeof Worker>) {
      super(...given)
      alive.add(this)
      this.once('exit', () => alive.delete(this))
      if (mood.mood === 'dead') this.terminate()
    }

    override postMessage(message: unknown): void {
      if (mood.mood === 'hanging') {
        this.#held.push(message)
        return
      }
      if (mood.mood === 'dying' && asksFor(message, mood.at)) {
        const { when } = mood
        mood = { mood: 'well' }
        if (when === 'before') {
          this.terminate()
          return
        }
        this.#isDumb = true
      }
      super.postMessage(message)
    }

    override emit(event: string, ...said: unknown[]): boolean {
      if (event === 'message' && this.#isDumb) {
        this.terminate()
        return true
      }
      if (event === 'message' && mood.mood === 'reborn') {
        const { ready } = mood
        mood = { mood: 'well' }
        ready()
      }
      return super.emit(event, ...said)
    }

    goOn(): void {
      for (const message of this.#held.splice(0)) super.postMessage(message)
    }
  }

  Object.assign(workerThreads, { Worker: Watched })
  syncBuiltinESMExports()
  return {
    set(to) {
      mood = to
      for (const one of alive)
        if (to.mood === 'dead' || to.mood === 'reborn') one.terminate()
        else if (to.mood === 'well') one.goOn()
    },
  }
}

function asksFor(message: unknown, operation: Operation): boolean {
  // The table of operations types both ends; between them there are only messages.
  return Array.isArray(message) && message.some(({ op }: Message) => op === operation)
}
