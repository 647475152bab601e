import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, test } from 'node:test'
import { Router } from 'express'
import { createHttpTiming, createMainApp } from './main-app.ts'

/** The routes that are told of, with the issuer at this path. */
async function told(base: string, paths: readonly string[]): Promise<readonly string[]> {
  const routes: string[] = []
  const router = Router({ caseSensitive: true, strict: true })
  for (const path of ['/authorize', '/step-up/:id'])
    router.get(path, (_request, response) => void response.end())
  const app = createMainApp({
    base,
    before: [createHttpTiming({ seconds: () => 0 }, (_method, route) => void routes.push(route))],
    routers: [router],
    assets: [{ path: '/assets/x.css', body: Buffer.from(''), type: 'text/css' }],
    notFound: (_request, response) => void response.status(404).end(),
    faults: (_error, _request, response, _next) => void response.status(500).end(),
  })
  const server = createServer(app)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  for (const path of paths)
    await (await fetch(`http://127.0.0.1:${address.port}${base}${path}`)).text()
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
  return routes
}

describe('the main port', () => {
  for (const base of ['', '/2fa', '/auth', '/authorize', '/step-up'])
    test(`tells routes as they are written, under ${base === '' ? 'no path' : base}`, async () => {
      const routes = await told(base, ['/authorize', '/step-up/stp_x', '/nothing'])
      assert.deepEqual(routes, ['/authorize', '/step-up/:id', 'other'])
    })
})
