import { z } from 'zod'
import { fail, ok, type Result, type Secret } from '../../kernel/index.ts'
import { boundedFetch, type Fetch, type Heard } from './bounded-fetch.ts'

/** Where a realm is, and who asks. */
export type KeycloakPlace = {
  /** Of the server, without a trailing slash. */
  readonly url: string
  readonly realm: string
  readonly credentials: Credentials
}

export type Credentials =
  | { readonly by: 'token'; readonly token: Secret }
  /** `realm`: where they sign in. */
  | {
      readonly by: 'password'
      readonly realm: string
      readonly user: string
      readonly password: Secret
    }
  | { readonly by: 'client'; readonly realm: string; readonly id: string; readonly secret: Secret }

/** What keeps a realm from being read, as a sentence. It is the reader's own; nobody else sees it thrown. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

export type AdminApi = {
  /** Below `/admin`. Throws Unreadable. */
  get(path: string): Promise<Shown>
}

type Shown =
  | { readonly heard: 'json'; readonly json: unknown }
  | { readonly heard: 'forbidden' }
  | { readonly heard: 'absent' }

/** Reads alone. A token that ran out meanwhile is replaced once, where that can be. */
export function createAdminApi({ url, credentials }: KeycloakPlace, fetch: Fetch): AdminApi {
  let token: string | undefined

  return {
    async get(path) {
      let answer = await asked(path)
      if (answer.status === 401 && credentials.by !== 'token') {
        token = undefined
        answer = await asked(path)
      }
      const { status, json } = answer
      if (status === 401) throw new Unreadable(untaken(url, credentials))
      if (status === 403) return { heard: 'forbidden' }
      if (status === 404) return { heard: 'absent' }
      if (status !== 200 || json === undefined)
        throw new Unreadable(
          `${url}/admin${path} answers ${status}${json === undefined ? ', and no JSON: is it the address of Keycloak?' : ''}`,
        )
      return { heard: 'json', json }
    },
  }

  async function asked(path: string): Promise<Heard> {
    token ??= await signedIn(url, credentials, fetch)
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' }
    const heard = await boundedFetch(fetch, `${url}/admin${path}`, { headers })
    if (!heard.ok) throw new Unreadable(`${url} cannot be asked: ${heard.error}`)
    return heard.value
  }
}

function untaken(url: string, { by }: Credentials): string {
  return by === 'token'
    ? `${url} does not take the access token (401): it has run out (they last a minute unless the realm says otherwise), or it is of another server`
    : `${url} does not take the access token that it has just issued (401): it may be reached here under another address than the one that it believes to have`
}

const tokenAnswer = z.object({
  access_token: z
    .string()
    .min(1)
    .max(64 * 1024),
})
const tokenError = z.object({
  error: z.string().max(100),
  error_description: z.string().max(300).optional(),
})

async function signedIn(url: string, given: Credentials, fetch: Fetch): Promise<string> {
  if (given.by === 'token') return given.token.reveal()
  const who = given.by === 'password' ? `user ${given.user}` : `client ${given.id}`
  const where = `${url}/realms/${encodeURIComponent(given.realm)}/protocol/openid-connect/token`
  const body = new URLSearchParams(
    given.by === 'password'
      ? {
          ...{ grant_type: 'password', client_id: 'admin-cli' },
          ...{ username: given.user, password: given.password.reveal() },
        }
      : {
          ...{ grant_type: 'client_credentials', client_id: given.id },
          client_secret: given.secret.reveal(),
        },
  )
  const heard = await boundedFetch(fetch, where, { method: 'POST', body })
  if (!heard.ok) throw new Unreadable(`${url} cannot be asked: ${heard.error}`)
  const parsed = tokenAnswer.safeParse(heard.value.json)
  if (heard.value.status === 200 && parsed.success) return parsed.data.access_token
  const said = tokenError.safeParse(heard.value.json)
  const why = said.success
    ? `${said.data.error}${said.data.error_description === undefined ? '' : `, ${said.data.error_description}`}`
    : `what answers there (${heard.value.status}) is no Keycloak`
  throw new Unreadable(`the ${who} cannot sign in to the realm ${given.realm} of ${url}: ${why}`)
}

/** What is thrown on the way, as the answer. */
export async function orUnreadable<T>(act: () => Promise<T>): Promise<Result<T, string>> {
  try {
    return ok(await act())
  } catch (error) {
    if (error instanceof Unreadable) return fail(error.message)
    throw error
  }
}
