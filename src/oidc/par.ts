import type { ErrorRequestHandler, Router } from 'express'
import {
  type Clock,
  fail,
  hashOf,
  later,
  newId,
  type Random,
  type Result,
  randomToken,
} from '../kernel/index.ts'
import type { Authenticate, Client, Failed } from './clients/index.ts'
import { parseForm, readForm } from './form-body.ts'
import { machineEnd, sendError, sendJson } from './json.ts'
import type { Parameters } from './parameters.ts'
import type { RefuseRequest } from './refuse-request.ts'
import type { AuthorizationRequest, Once, RequestStore } from './request-store.ts'
import {
  type Asked,
  parseAuthorizationRequest,
  type ReadObject,
  type Refusal,
  redirectUriOf,
  wireError,
} from './requests/index.ts'

export const REQUEST_URI = 'urn:ietf:params:oauth:request_uri:'
/** For the first opening; then it lives as long as its step-up. */
export const WAIT_SECONDS = 60
const TOKEN_BYTES = 32

export type ParDoor = {
  readonly authenticate: Authenticate
  readonly failed: Failed
  readonly readObject: ReadObject
  readonly refuse: RefuseRequest
  readonly store: RequestStore
  readonly stepUpSeconds: number
  readonly clock: Clock
  readonly random: Random
}

/** POST /par (RFC 9126). */
export function par(router: Router, door: ParDoor, faults: ErrorRequestHandler): void {
  const { authenticate, readObject, refuse, store, clock, random } = door
  const route = router.route('/par')

  route.post(readForm, async (request, response) => {
    const form = parseForm(request)
    if (!form.ok) return sendRefusal({ refusal: 'parameters-malformed' })
    const caller = await authenticate(form.value, request.headers.authorization)
    if (caller.heard === 'invalid-request')
      return sendError(response, 'invalid_request', 'one way of client authentication is wanted')
    if (caller.heard === 'invalid-client')
      return sendError(response, 'invalid_client', 'client authentication failed', caller.scheme)

    const { client, once } = caller
    const asked = await read(client, form.value)
    if (!asked.ok) {
      await refuse(client, asked.error)
      return sendRefusal(asked.error)
    }
    const uri = `${REQUEST_URI}${randomToken(random, TOKEN_BYTES)}`
    const answer = await push(uri, client, asked.value, once)
    switch (answer) {
      case 'pushed':
        return sendJson(response, 201, { request_uri: uri, expires_in: WAIT_SECONDS })
      case 'nonce-replayed':
        await refuse(client, { refusal: answer })
        return sendRefusal({ refusal: answer })
      case 'assertion-replayed':
        door.failed('client authentication failed', client.id, 'replayed')
        return sendError(response, 'invalid_client', 'client authentication failed')
    }

    function sendRefusal(refusal: Refusal): void {
      const { error, error_description: description } = wireError(refusal)
      sendError(response, error, description)
    }
  })
  route.all(...machineEnd('POST', faults))

  async function read(client: Client, form: Parameters): Promise<Result<Asked, Refusal>> {
    if (form.get('request_uri') !== undefined) return fail({ refusal: 'request-uri-foreign' })
    const object = form.get('request')
    if (object === undefined) {
      if (!client.subject.from.includes('par')) return fail({ refusal: 'request-unsigned' })
      return parse(client, form)
    }
    const inside = await readObject(object, client, form, clock.now())
    return inside.ok ? parse(client, inside.value) : inside
  }

  function parse(client: Client, parameters: Parameters): Result<Asked, Refusal> {
    const redirectUri = redirectUriOf(client, parameters)
    if (!redirectUri.ok) return redirectUri
    return parseAuthorizationRequest(client, parameters, redirectUri.value, 'signed')
  }

  function push(uri: string, client: Client, asked: Asked, once: Once | null) {
    const now = clock.now()
    const openBy = later(now, WAIT_SECONDS)
    const kept: AuthorizationRequest = {
      ...asked,
      uriHash: hashOf(uri),
      stepUp: newId('stepUp', random),
      client: client.id,
      pushedAt: now,
      openBy,
      expiresAt: later(openBy, door.stepUpSeconds),
    }
    return store.push(kept, once)
  }
}
