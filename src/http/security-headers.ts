import type { RequestHandler } from 'express'
import helmet from 'helmet'

/**
 * On every answer of the main port. `form-action 'self'` holds for all redirects after a post in Chromium, so no post
 * here ever redirects off our origin. Nothing is cached, framed, sniffed, or told to the next site.
 */
export function createSecurityHeaders(scheme: 'https' | 'http'): RequestHandler {
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
  })
  return (request, response, next) => {
    response.setHeader('Cache-Control', 'no-store')
    response.setHeader(
      'Permissions-Policy',
      'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
    )
    protect(request, response, next)
  }
}
