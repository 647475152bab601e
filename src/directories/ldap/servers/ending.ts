import type { Fault } from '../../../kernel/index.ts'

/**
 * Of one lookup. It ends once, and tells whoever has a wire for it; whoever opens one gets a signal, which costs more than the
 * rest of this and is not made before.
 */
export class Ending {
  /** Told when it ends. */
  hearer: (() => void) | undefined
  #reason: Fault | undefined
  #controller: AbortController | undefined

  /** Why; undefined until then. */
  get reason(): Fault | undefined {
    return this.#reason
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#reason !== undefined) this.#controller.abort(this.#reason)
    return this.#controller.signal
  }

  end(reason: Fault): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    this.#controller?.abort(reason)
    this.hearer?.()
  }
}
