import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, test } from 'node:test'
import type { Router } from 'express'
import { createHttpTiming, createMainApp } from './main-app.ts'

type Asked = readonly [method: string, path: string]

/** How they are answered, and the routes that are told of, with the issuer at this path. */
async function served(base: string, all: readonly Asked[]) {
  const [routes, answers]: [string[], string[]] = [[], []]
  const putRoutes = (router: Router) => {
    for (const path of ['/authorize', '/step-up/:id'])
      router.get(path, (_request, response) => void response.end())
  }
  const app = createMainApp({
    base,
    onRequest: [
      createHttpTiming({ seconds: () => 0 }, (_method, route) => void routes.push(route)),
    ],
    routes: [putRoutes],
    assets: [{ path: '/assets/x.css', body: Buffer.from(''), type: 'text/css' }],
    notFound: (_request, response) => void response.status(404).end(),
    faults: (_error, _request, response, _next) => void response.status(500).end(),
  })
  const server = createServer(app)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  for (const [method, path] of all) {
    const answer = await fetch(`http://127.0.0.1:${address.port}${path}`, { method })
    answers.push(`${answer.status} ${answer.headers.get('cache-control') ?? ''}`)
    await answer.text()
  }
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
  return { routes, answers }
}

describe('the main port', () => {
  for (const base of ['', '/2fa', '/auth', '/authorize', '/step-up'])
    test(`tells routes as they are written, under ${base === '' ? 'no path' : base}`, async () => {
      const paths = ['/authorize', '/step-up/stp_x', '/nothing', '/assets/x.css']
      const { routes } = await served(
        base,
        paths.map((path) => ['GET', `${base}${path}`]),
      )
      assert.deepEqual(routes, ['/authorize', '/step-up/:id', 'other', 'other'])
    })

  for (const base of ['', '/2fa'])
    test(`serves assets to readers, and there alone, under ${base === '' ? 'no path' : base}`, async () => {
      const path = `${base}/assets/x.css`
      const { answers } = await served(base, [
        ...(['GET', 'HEAD'] as const).map((method) => [method, path] as const),
        ...(['POST', 'OPTIONS'] as const).map((method) => [method, path] as const),
        ['GET', `${path}/`],
        ['GET', path.toUpperCase()],
        ['GET', `/elsewhere${path}`],
      ])
      const found = '200 public, max-age=31536000, immutable'
      assert.deepEqual(answers, [found, found, ...Array.from({ length: 5 }, () => '404 ')])
    })
})
