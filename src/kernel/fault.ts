/** Every way the outside world can fail us. Extending it breaks the build until http/ words it. */
export type FaultCode =
  | 'store.unavailable'
  | 'store.contended'
  | 'directory.unavailable'
  | 'client-keys.unavailable'
  /** A port is taken, or an address is not this machine's. */
  | 'listen.unavailable'
  /** What is configured does not fit what is found: exit 78. */
  | 'configuration.unfit'

/** Something we depend on did not do its part. `message` is for the log only. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: FaultCode

  constructor(code: FaultCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** Throws when our own reasoning is wrong. Never caught; never used for input. */
export function invariant(holds: unknown, claim: string): asserts holds {
  if (!holds) throw new Error(`invariant broken: ${claim}`)
}

/** The unreachable end of an exhaustive switch. */
export function never(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
