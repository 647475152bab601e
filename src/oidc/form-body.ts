import { type Request, type RequestHandler, text } from 'express'
import { refuseLarger } from '../http/index.ts'
import { fail, type Result } from '../kernel/index.ts'
import { type Parameters, parseParameters } from './parameters.ts'

const FORM = 'application/x-www-form-urlencoded'
const BYTES_MAX = 32 * 1024

/** Reads a form body as text, so that a name sent twice is still to be seen. Compressed bodies are refused. */
export const readForm: RequestHandler = refuseLarger(
  BYTES_MAX,
  text({ type: FORM, limit: BYTES_MAX, inflate: false }),
)

/** Of a request that `readForm` has seen; any other content type is no form. */
export function parseForm(request: Request): Result<Parameters, 'malformed'> {
  const body: unknown = request.body
  return typeof body === 'string' && request.is(FORM) === FORM
    ? parseParameters(body)
    : fail('malformed')
}
