import { fail, ok, parseJson, type Result } from '../../kernel/index.ts'

const WAIT_MS = 10_000
const BYTES_MAX = 8 * 1024 * 1024

/** Only what is needed of `fetch`, so that a test can stand in for the network. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export type Heard = { readonly status: number; readonly json: unknown }

/** One answer, not redirected, within ten seconds and 8 MiB; what is no JSON is undefined. Else why there is none. */
export async function boundedFetch(
  fetch: Fetch,
  url: string,
  init: RequestInit = {},
): Promise<Result<Heard, string>> {
  try {
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.timeout(WAIT_MS),
    })
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel()
      return fail(
        'it answers with a redirect, which is not followed: give the address that it leads to',
      )
    }
    const text = await readAtMost(response)
    if (text === undefined) return fail(`its answer is over ${BYTES_MAX / 1024 / 1024} MiB`)
    return ok({ status: response.status, json: parseJson(text) })
  } catch (error) {
    return fail(reasonOf(error))
  }
}

async function readAtMost(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > BYTES_MAX) return undefined // leaving the loop cancels the stream
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/

/** Fetch says no more than that it failed; what happened is in the causes. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be reached'
  if (error.name === 'TimeoutError') return `it did not answer within ${WAIT_MS / 1000} seconds`
  const { cause } = error
  // What was refused before it was sent is quoted in its message, and that may be a password.
  if (!(cause instanceof Error)) return 'what was to be sent is no request'
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  const said = cause.message === '' ? code : cause.message
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER') return 'what answers there is no https; is it http?'
  return UNTRUSTED.test(code)
    ? `its certificate is not trusted here (${said}); NODE_EXTRA_CA_CERTS=FILE adds an authority`
    : said
}
