import type { ErrorRequestHandler, RequestHandler, Response } from 'express'
import { createFaults, sendText } from '../http/index.ts'
import type { WireError } from './requests/index.ts'

export type Log = {
  warn(message: string, facts: object): void
  error(message: string, facts: object): void
}

const JSON_TYPE = 'application/json; charset=utf-8'

/** RFC 6749 section 5: nothing that a machine hears may be kept by anything on the way. */
export function sendJson(response: Response, status: number, body: object): void {
  response.setHeader('Cache-Control', 'no-store')
  response.setHeader('Pragma', 'no-cache')
  sendText(response, status, JSON_TYPE, JSON.stringify(body))
}

/** As long as a replica may take to hear of a new key, which is published days before it signs. */
const PUBLIC_SECONDS = 300

/** What is the same for everybody, and may be kept on the way. */
export function sendPublic(response: Response, body: object): void {
  response.setHeader('Cache-Control', `public, max-age=${PUBLIC_SECONDS}`)
  sendText(response, 200, JSON_TYPE, JSON.stringify(body))
}

/** RFC 6749 section 5.2. With 401 the scheme that was tried is named. */
export function sendError(
  response: Response,
  error: WireError['error'],
  description: string,
  scheme: 'basic' | null = null,
): void {
  if (scheme === 'basic') response.set('WWW-Authenticate', 'Basic realm="sallyport"')
  const status = error === 'invalid_client' ? 401 : 400
  sendJson(response, status, { error, error_description: description })
}

/** Last on every route for machines: another method is 405, and what failed on the route is said as JSON. */
export const machineEnd = (
  allowed: string,
  faults: ErrorRequestHandler,
): (RequestHandler | ErrorRequestHandler)[] => [onlyMethods(allowed), faults]

/** After the methods of a path: every other one. */
export function onlyMethods(allowed: string): RequestHandler {
  return (_request, response) => {
    response.set('Allow', allowed)
    sendJson(response, 405, {
      error: 'invalid_request',
      error_description: 'the method is not allowed',
    })
  }
}

/** What fails at an endpoint for machines is said in their language, by the same table as everywhere. */
export function createJsonFaults(log: Log): ErrorRequestHandler {
  return createFaults({
    log,
    respond({ status, says }, _request, response) {
      const isTheirs = says === 'not-understood' || says === 'too-large'
      const isLater = says === 'try-again' || says === 'try-again-later'
      const error = isTheirs
        ? 'invalid_request'
        : isLater
          ? 'temporarily_unavailable'
          : 'server_error'
      sendJson(response, status, { error })
    },
  })
}
