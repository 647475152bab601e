import { Socket } from 'node:net'
import helmet from 'helmet'
import { invariant } from '../kernel/index.ts'
import { IncomingMessage, ServerResponse } from './node-http.ts'
import type { OnRequest } from './on-request.ts'

/**
 * On every answer of the main port. `form-action 'self'` holds for all redirects after a post in Chromium, so no post
 * here ever redirects off our origin. Nothing is cached, framed, sniffed, or told to the next site.
 */
export function createSecurityHeaders(scheme: 'https' | 'http'): OnRequest {
  const protect = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
    strictTransportSecurity: scheme === 'https' ? { maxAge: 31_536_000 } : false,
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    // For Internet Explorer and Flash, which read none of these pages.
    ...{ ieNoOpen: false, permittedCrossDomainPolicies: false, xssFilter: false },
  })
  const headers = headersOf(protect)
  return (_request, response) => {
    for (const [name, value] of headers) response.setHeader(name, value)
  }
}

/** They are the same on every answer, so helmet words them once. */
function headersOf(protect: ReturnType<typeof helmet>): readonly (readonly [string, string])[] {
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  protect(response.req, response, () => {})
  const worded = Object.entries(response.getHeaders())
  invariant(worded.length > 0, 'helmet answers at once')
  return [...OURS, ...worded.map(([name, value]): [string, string] => [name, String(value)])]
}

const OURS = [
  ['cache-control', 'no-store'],
  ['permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=(), usb=()'],
] as const
