import type { Request, Response, Router } from 'express'
import { seeOther } from '../http/index.ts'
import {
  type Clock,
  fail,
  hashOf,
  later,
  newId,
  ok,
  type Random,
  type Result,
} from '../kernel/index.ts'
import { errorUrl } from './authorization-response.ts'
import type { Client, Clients } from './clients/index.ts'
import { parseForm, readForm } from './form-body.ts'
import { onlyMethods } from './json.ts'
import { REQUEST_URI } from './par.ts'
import { type Parameters, parseParameters, queryOf } from './parameters.ts'
import type { Paths } from './paths.ts'
import type { RefuseRequest } from './refuse-request.ts'
import type { AuthorizationRequest, RequestStore } from './request-store.ts'
import {
  type Asked,
  type ClientRefusal,
  type PageRefusal,
  parseAuthorizationRequest,
  type ReadObject,
  redirectUriOf,
  stateOf,
} from './requests/index.ts'
import { isOnlyALook, type SendPage } from './send-page.ts'

export type AuthorizeDoor = {
  readonly issuer: string
  readonly clients: Clients
  readonly readObject: ReadObject
  readonly refuse: RefuseRequest
  readonly store: RequestStore
  readonly sendPage: SendPage
  readonly paths: Paths
  readonly stepUpSeconds: number
  readonly clock: Clock
  readonly random: Random
}

/** Where a refusal may be heard: on our page, or at an address that the client registered. */
type Refused =
  | { readonly at: 'page'; readonly why: PageRefusal }
  | {
      readonly at: 'client'
      readonly why: ClientRefusal
      readonly to: { readonly redirectUri: string; readonly state: string | null }
    }

/**
 * GET and POST /authorize. It verifies, parks and sends the browser on to `begin`: after a redirect from another site, and
 * on a post from one, the cookie that names the browser does not arrive, so nothing is bound to a browser here.
 */
export function authorize(router: Router, door: AuthorizeDoor): void {
  const { issuer, clients, readObject, refuse, store, sendPage, paths, clock, random } = door
  const route = router.route('/authorize')

  route.get(async (request, response) => {
    if (isOnlyALook(request)) return void response.status(204).end()
    await respond(request, response, parseParameters(queryOf(request.originalUrl)))
  })
  route.post(readForm, async (request, response) => {
    await respond(request, response, parseForm(request))
  })
  route.all(onlyMethods('GET, POST'))

  async function respond(
    request: Request,
    response: Response,
    parameters: Result<Parameters, 'malformed'>,
  ): Promise<void> {
    const parked = parameters.ok
      ? await park(parameters.value)
      : fail(onPage('parameters-malformed'))
    if (parked.ok) return seeOther(response, paths.hop(parked.value.stepUp, 'begin'))
    const refused = parked.error
    if (refused.at === 'client')
      return seeOther(response, errorUrl(issuer, refused.to, refused.why))
    sendPage(request, response, refused.why)
  }

  async function park(parameters: Parameters): Promise<Result<AuthorizationRequest, Refused>> {
    const client = clients.get(parameters.get('client_id') ?? '')
    if (client === undefined) return fail(onPage('client-unknown'))
    const [uri, object] = [parameters.get('request_uri'), parameters.get('request')]
    if (uri !== undefined && object !== undefined) return fail(onPage('request-twice'))
    if (uri !== undefined) return pushed(client, uri, parameters)
    if (object !== undefined) return signed(client, object, parameters)
    return plain(client, parameters)
  }

  /** Nobody's `request_uri` but our own is ever looked at, so that none is ever fetched. */
  async function pushed(
    client: Client,
    uri: string,
    outside: Parameters,
  ): Promise<Result<AuthorizationRequest, Refused>> {
    if (!uri.startsWith(REQUEST_URI)) return fail(onPage('request-uri-foreign'))
    const found = await store.findPushed(hashOf(uri), client.id, clock.now())
    if (found === 'unknown') return fail(onPage('request-unknown'))
    if (found === 'expired') return fail(onPage('request-expired'))
    // Whom the client named stands; a link that was made to name somebody else is nobody's.
    const hint = outside.get('login_hint')
    const isSame = hint === undefined || hint === found.request.subject
    return isSame ? ok(found) : fail(onPage('object-conflict'))
  }

  async function signed(client: Client, object: string, outside: Parameters) {
    const inside = await readObject(object, client, outside, clock.now())
    if (!inside.ok) return fail<Refused>({ at: 'page', why: inside.error })
    const asked = await read(client, inside.value, 'signed')
    if (!asked.ok) return asked
    // Without the signature: ECDSA has a second one for every text, which anybody can make from the first.
    return keep(client, object.slice(0, object.lastIndexOf('.')), asked.value)
  }

  async function plain(client: Client, parameters: Parameters) {
    const isAllowed = client.subject.from.includes('dangerously_unsigned_login_hint')
    if (!isAllowed) return fail(unsigned(client, parameters))
    const asked = await read(client, parameters, 'unsigned')
    if (!asked.ok) return asked
    return keep(client, JSON.stringify([client.id, asked.value]), asked.value)
  }

  async function read(
    client: Client,
    parameters: Parameters,
    lane: 'signed' | 'unsigned',
  ): Promise<Result<Asked, Refused>> {
    const redirectUri = redirectUriOf(client, parameters)
    if (!redirectUri.ok) return fail({ at: 'page', why: redirectUri.error })
    const asked = parseAuthorizationRequest(client, parameters, redirectUri.value, lane)
    if (asked.ok) return asked
    if (lane === 'signed') await refuse(client, asked.error)
    const to = { redirectUri: redirectUri.value, state: stateOf(parameters) }
    return fail({ at: 'client', why: asked.error, to })
  }

  /** The same text finds the same request again, so that a reloaded page opens no second step-up. */
  async function keep(
    client: Client,
    text: string,
    asked: Asked,
  ): Promise<Result<AuthorizationRequest, Refused>> {
    const now = clock.now()
    const ends = later(now, door.stepUpSeconds)
    const parked = await store.park(
      {
        ...asked,
        uriHash: hashOf(text),
        stepUp: newId('stepUp', random),
        client: client.id,
        pushedAt: now,
        openBy: ends,
        expiresAt: ends,
      },
      now,
    )
    if (parked === 'expired') return fail(onPage('request-expired'))
    if (parked !== 'nonce-replayed') return ok(parked)
    if (asked.request.lane === 'signed') await refuse(client, { refusal: parked })
    return fail({ at: 'client', why: { refusal: parked }, to: asked })
  }
}

const onPage = (refusal: PageRefusal['refusal']): Refused => ({ at: 'page', why: { refusal } })

/** Said to the client only where it may be: somebody may have made the request up. */
function unsigned(client: Client, parameters: Parameters): Refused {
  const to = redirectUriOf(client, parameters)
  if (!to.ok) return { at: 'page', why: to.error }
  const why: ClientRefusal = { refusal: 'request-unsigned' }
  return { at: 'client', why, to: { redirectUri: to.value, state: stateOf(parameters) } }
}
