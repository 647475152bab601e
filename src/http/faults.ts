import type { ErrorRequestHandler, Request, Response } from 'express'
import { Fault, type FaultCode } from '../kernel/index.ts'
import { requestIdOf } from './request-id.ts'

export type Says = 'try-again' | 'try-again-later' | 'our-mistake' | 'not-understood' | 'too-large'

export type Face = { readonly status: number; readonly says: Says }

/** The whole public face of failure: one row per code, no text from inside. */
const FACE: Record<FaultCode, Face> = {
  'store.contended': { status: 409, says: 'try-again' },
  'store.unavailable': { status: 503, says: 'try-again-later' },
  'directory.unavailable': { status: 503, says: 'try-again-later' },
  'client-keys.unavailable': { status: 503, says: 'try-again-later' },
  'listen.unavailable': { status: 503, says: 'try-again-later' },
  'configuration.unfit': { status: 503, says: 'try-again-later' },
}
const BUG: Face = { status: 500, says: 'our-mistake' }
/** The header `Retry-After` of what may work again soon. */
export const RETRY_AFTER_SECONDS = '5'

/** Each door says in its own way what the table decided, its status too: a page, or JSON for a machine. */
export function createFaults(deps: {
  readonly respond: (face: Face, request: Request, response: Response) => void
  readonly log: { error(message: string, facts: object): void }
}): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const face = faceOf(error)
    if (face.status >= 500)
      deps.log.error('request failed', { requestId: requestIdOf(response), error })
    if (response.headersSent) return next(error)
    if (face.status === 503) response.setHeader('Retry-After', RETRY_AFTER_SECONDS)
    deps.respond(face, request, response)
  }
}

export function faceOf(error: unknown): Face {
  if (error instanceof Fault) return FACE[error.code]
  const status = statusOf(error)
  if (status === 413) return { status, says: 'too-large' }
  // What a parser of bodies or URLs refused is the caller's doing.
  return status >= 400 && status < 500 ? { status: 400, says: 'not-understood' } : BUG
}

function statusOf(error: unknown): number {
  if (!(error instanceof Error) || !('status' in error)) return 500
  return typeof error.status === 'number' ? error.status : 500
}
