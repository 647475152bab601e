import type { Id, Instant } from '../kernel/index.ts'

/** An earlier factor that still counts here: it is repeated with its own acr, amr and time. */
export type Grant = {
  readonly acr: string
  readonly amr: readonly string[]
  readonly at: Instant
}

export type Trust = {
  find(asked: {
    readonly account: Id<'account'>
    readonly client: string
    readonly browser: string
    readonly ip: string | null
  }): Promise<Grant | 'none'>
}

/** The trust period is 0 hours: everybody is asked every time. */
export const noTrust: Trust = { find: () => Promise.resolve('none') }
