import type { ErrorRequestHandler, Request, Response, Router } from 'express'
import { type Clock, hashOf } from '../kernel/index.ts'
import { proven } from './id-token.ts'
import { machineEnd, sendJson } from './json.ts'
import type { RequestStore } from './request-store.ts'

const BEARER = /^bearer ([A-Za-z0-9_-]{43})$/i

/** GET and POST /userinfo. The token comes in the header (RFC 6750 section 2.1) and in no other way. */
export function userinfo(
  router: Router,
  { store, clock }: { readonly store: RequestStore; readonly clock: Clock },
  faults: ErrorRequestHandler,
): void {
  const route = router.route('/userinfo')
  route.get(answer)
  route.post(answer)
  route.all(...machineEnd('GET, POST', faults))

  async function answer(request: Request, response: Response): Promise<void> {
    const header = request.headers.authorization
    if (header === undefined) return challenge(response, 'Bearer')
    const token = BEARER.exec(header)?.[1]
    const found =
      token === undefined ? undefined : await store.findToken(hashOf(token), clock.now())
    if (found === undefined) return challenge(response, 'Bearer error="invalid_token"')
    const { request: asked, stepUp } = found
    sendJson(response, 200, { sub: asked.request.subject, ...proven(stepUp) })
  }
}

function challenge(response: Response, says: string): void {
  response.status(401).set({ 'WWW-Authenticate': says, 'Cache-Control': 'no-store' }).end()
}
