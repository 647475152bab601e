import express, {
  type ErrorRequestHandler,
  type Express,
  type RequestHandler,
  Router,
} from 'express'
import type { Stopwatch } from '../kernel/index.ts'
import { type OnRequest, onEveryRequest } from './on-request.ts'

export type MainApp = {
  /** The path of the issuer: empty, or `/path`. */
  readonly base: string
  /** Before everything, in this order. */
  readonly onRequest: readonly OnRequest[]
  /**
   * Each puts its paths on the one router; a router in a router would cost more than a path. A path is looked for in their order,
   * so what is asked for most stands first.
   */
  readonly routes: readonly ((router: Router) => void)[]
  readonly assets: readonly {
    readonly path: string
    readonly body: Buffer
    readonly type: string
  }[]
  readonly notFound: RequestHandler
  readonly faults: ErrorRequestHandler
}

/** The main port. Routes are matched as they are written: no other case, no trailing slash, no method by header. */
export function createMainApp(parts: MainApp): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.enable('case sensitive routing')
  app.enable('strict routing')
  app.set('query parser', 'simple')
  app.use(onEveryRequest(parts.onRequest))
  const router = Router({ caseSensitive: true, strict: true })
  for (const put of parts.routes) put(router)
  // Last: browsers keep them for a year.
  router.use(serveAssets(parts.assets))
  app.use(parts.base === '' ? '/' : parts.base, router)
  app.use(parts.notFound)
  app.use(parts.faults)
  return app
}

function serveAssets(assets: MainApp['assets']): RequestHandler {
  const byPath = new Map(assets.map((asset) => [asset.path, asset]))
  return (request, response, next) => {
    const asset = byPath.get(request.path)
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (asset === undefined || !isRead) return next()
    response.setHeader('Cache-Control', 'public, max-age=31536000, immutable')
    response.type(asset.type).send(asset.body)
  }
}

/** The pattern that a request matched, from a closed list; what matched none is `other`. */
export function createHttpTiming(
  stopwatch: Stopwatch,
  observe: (method: string, route: string, status: number, seconds: number) => void,
): OnRequest {
  return (request, response) => {
    const since = stopwatch.seconds()
    response.once('finish', () => {
      // As the router has it: what the issuer's path is stands before it, and not in it.
      const pattern: unknown = request.route?.path
      const route = typeof pattern === 'string' ? pattern : 'other'
      observe(request.method, route, response.statusCode, stopwatch.seconds() - since)
    })
  }
}

export const ROUTES: readonly string[] = [
  ...['/.well-known/openid-configuration', '/jwks', '/par', '/authorize', '/token', '/userinfo'],
  ...['/step-up/:id', '/step-up/:id/begin', '/step-up/:id/ways', '/step-up/:id/resume'],
  ...['/step-up/:id/choose', '/step-up/:id/answer', '/step-up/:id/resend', '/step-up/:id/confirm'],
  ...['/step-up/:id/retry', '/step-up/:id/cancel', '/step-up/:id/language'],
]
