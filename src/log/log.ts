import { type DestinationStream, destination as fileDescriptor, pino, stdSerializers } from 'pino'

export type Facts = Readonly<Record<string, unknown>>

/** One JSON object a line, so that no name in it can forge another. */
export type Log = {
  debug(message: string, facts?: object): void
  info(message: string, facts?: object): void
  warn(message: string, facts?: object): void
  error(message: string, facts?: object): void
}

/** Wherever they turn up: what grants something or belongs to a person alone. */
const SECRET: ReadonlySet<string> = new Set([
  ...['code', 'otp', 'proof', 'secret', 'password', 'seed', 'token', 'access_token', 'id_token'],
  ...['client_assertion', 'code_verifier', 'request', 'request_uri', 'login_hint'],
  ...['sallyport_context', 'authorization', 'cookie', 'email', 'phone', 'privateKey'],
])
const CENSORED = '[secret]'
const DEPTH_MAX = 8

export function createLog(options: {
  readonly level: 'error' | 'warn' | 'info' | 'debug'
  readonly destination: DestinationStream | 'stdout' | 'stderr'
}): Log {
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      // Pino's own redaction goes by paths: slower by far, and blind below the deepest of them.
      formatters: { level: (label) => ({ level: label }), log: (facts) => censored(facts, 0) },
      serializers: { error: errorOf },
    },
    streamOf(options.destination),
  )
  return {
    debug: (message, facts = {}) => logger.debug(facts, message),
    info: (message, facts = {}) => logger.info(facts, message),
    warn: (message, facts = {}) => logger.warn(facts, message),
    error: (message, facts = {}) => logger.error(facts, message),
  }
}

function streamOf(destination: DestinationStream | 'stdout' | 'stderr'): DestinationStream {
  if (destination === 'stdout') return fileDescriptor({ fd: 1, sync: false })
  // Beside what a command says itself, in order.
  return destination === 'stderr' ? fileDescriptor({ fd: 2, sync: true }) : destination
}

function censored(facts: object, depth: number): Record<string, unknown> {
  const told: Record<string, unknown> = {}
  for (const [name, fact] of Object.entries(facts))
    told[name] = SECRET.has(name) ? CENSORED : within(fact, depth)
  return told
}

/** What has a form of its own keeps it: an error is serialized, a Secret hides itself. */
function within(fact: unknown, depth: number): unknown {
  if (typeof fact !== 'object' || fact === null) return fact
  if (depth === DEPTH_MAX) return CENSORED
  if (Array.isArray(fact)) return fact.map((one) => within(one, depth + 1))
  return fact instanceof Error || 'toJSON' in fact ? fact : censored(fact, depth + 1)
}

/** Message, stack and causes. Own properties are left out: libraries hang requests and messages on their errors. */
function errorOf(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { type, message, stack } = stdSerializers.err(error)
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  const cause = error.cause === undefined ? {} : { cause: errorOf(error.cause) }
  return { type, message, stack, ...code, ...cause }
}
