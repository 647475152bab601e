import { parseId } from '../kernel/index.ts'
import type { OnRequest } from './on-request.ts'
import { requestIdOf } from './request-id.ts'

/**
 * One line a page. Pages show a request id for people to read out; with the step-up beside it in the log, it leads the
 * service desk to what happened.
 */
export function createPageLog(log: { info(message: string, facts: object): void }): OnRequest {
  return (request, response) => {
    response.once('finish', () => {
      if (!String(response.getHeader('content-type')).startsWith('text/html')) return
      const stepUp = parseId('stepUp', /\/step-up\/([^/?]+)/.exec(request.originalUrl)?.[1]) ?? null
      log.info('page', { requestId: requestIdOf(response), stepUp, status: response.statusCode })
    })
  }
}
