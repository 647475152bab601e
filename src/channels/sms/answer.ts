import type { SmsGatewayConfig } from '../../config/index.ts'
import { parseJson } from '../../kernel/index.ts'
import { NoConnectionError } from './connecting.ts'

/**
 * What a gateway made of a message. `refused`: it certainly did not take it, and another one may be asked. `unknown`: it may
 * have, and whoever sends again might send twice.
 */
export type Verdict =
  | { readonly verdict: 'taken'; readonly messageId: string | null }
  | {
      readonly verdict: 'refused' | 'unknown'
      readonly why: string
      readonly status?: number
      /** Nobody is there: the next messages need not wait for the same. */
      readonly isAway?: true
    }

type Gateway = Pick<SmsGatewayConfig, 'success' | 'messageIdPath'>

const BODY_MAX = 16 * 1024
/** Said by whatever stands between us and a gateway that may go on by itself. */
const NOBODY_KNOWS = [408, 502, 504]
const MESSAGE_ID_MAX = 100

/** Reads no more of an answer than it must: of one that goes on and on nothing is believed. */
export async function judgeAnswer(
  { success, messageIdPath }: Gateway,
  response: Response,
): Promise<Verdict> {
  const { status } = response
  const { member } = success
  if (NOBODY_KNOWS.includes(status)) {
    await dismiss(response)
    return { verdict: 'unknown', why: 'somebody on the way waited too long for it', status }
  }
  if (!success.status.includes(status)) {
    await dismiss(response)
    // Whoever says yes in another way than was written down may well have taken it.
    if (response.ok)
      return { verdict: 'unknown', why: 'a success that success.status lacks', status }
    return { verdict: 'refused', why: 'the status of its answer', status }
  }
  const isNeeded = member !== null || messageIdPath !== null
  const text = isNeeded ? await readBounded(response) : await dismiss(response)
  const answer = text === undefined ? undefined : parseJson(text)
  if (member !== null) {
    if (text === undefined)
      return { verdict: 'unknown', why: 'an answer that is cut off or too long', status }
    if (answer === undefined)
      return { verdict: 'unknown', why: 'an answer that is no JSON', status }
    if (memberOf(answer, member.path) !== member.equals)
      return { verdict: 'refused', why: 'its answer', status }
  }
  return { verdict: 'taken', messageId: idIn(answer, messageIdPath) }
}

/** Before anything of a message was on its way. */
const NEVER_SENT = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['UND_ERR_CONNECT_TIMEOUT', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN'],
  ...['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_HAS_EXPIRED'],
  ...['ERR_TLS_CERT_ALTNAME_INVALID', 'EPROTO'],
])

/** Of what was thrown instead of an answer. Its words may hold the address with which it was called, so they stay here. */
export function judgeError(error: unknown): Verdict {
  if (!(error instanceof Error)) return { verdict: 'unknown', why: 'an error without a name' }
  if (error instanceof NoConnectionError)
    return { verdict: 'refused', why: 'no connection in time', isAway: true }
  if (error.name === 'TimeoutError')
    return { verdict: 'unknown', why: 'no answer in time', isAway: true }
  if (error.name === 'AbortError') return { verdict: 'unknown', why: 'this process is stopping' }
  const cause: unknown = error.cause
  const code = cause instanceof Error && 'code' in cause ? `${cause.code}` : error.name
  return NEVER_SENT.has(code)
    ? { verdict: 'refused', why: `no connection: ${code}`, isAway: true }
    : { verdict: 'unknown', why: `a connection that was lost: ${code}` }
}

/** Undefined where it is longer than anything that we asked for. */
async function readBounded({ body }: Response): Promise<string | undefined> {
  if (body === null) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop cancels the rest, and with it the connection.
  for await (const chunk of body) {
    size += chunk.length
    if (size > BODY_MAX) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function dismiss({ body }: Response): Promise<undefined> {
  await body?.cancel().catch(() => undefined)
}

function memberOf(answer: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (held, step) =>
        typeof held === 'object' && held !== null && Object.hasOwn(held, step)
          ? Reflect.get(held, step)
          : undefined,
      answer,
    )
}

/** For the log, and somebody else's text. */
function idIn(answer: unknown, path: string | null): string | null {
  const found = path === null ? undefined : memberOf(answer, path)
  if (typeof found !== 'string' && typeof found !== 'number') return null
  return `${found}`.replace(/[^\x21-\x7e]/g, '').slice(0, MESSAGE_ID_MAX)
}
