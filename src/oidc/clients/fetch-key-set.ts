import { z } from 'zod'
import { fail, ok, parseJson, type Result } from '../../kernel/index.ts'

const BYTES_MAX = 64 * 1024
const WAIT_MS = 2_000
const KEYS_MAX = 50

/** Only what the loader needs of `fetch`, so that a test can stand in for the network. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export type Jwk = { readonly kty: string; readonly [member: string]: unknown }

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(KEYS_MAX) })

/** One answer, not redirected, within two seconds and 64 KiB. What went wrong is for the log. */
export async function fetchKeySet(
  url: string,
  fetch: Fetch,
): Promise<Result<readonly Jwk[], string>> {
  if (!isAllowed(url)) return fail('neither https nor loopback')
  try {
    const response = await fetch(url, {
      redirect: 'error',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(WAIT_MS),
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      return fail(`status ${response.status}`)
    }
    const text = await readAtMost(response, BYTES_MAX)
    return text === undefined ? fail('over 64 KiB') : parseKeySet(text)
  } catch (cause) {
    // Whatever the network did, the caller's answer is the same: no new keys.
    return fail(cause instanceof Error ? cause.message : 'unreachable')
  }
}

function parseKeySet(text: string): Result<readonly Jwk[], string> {
  const parsed = keySet.safeParse(parseJson(text))
  return parsed.success ? ok(parsed.data.keys) : fail('not a JWK set')
}

async function readAtMost(response: Response, bytesMax: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > bytesMax) return undefined // leaving the loop cancels the stream
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

function isAllowed(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))
}
