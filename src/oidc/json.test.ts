import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, test } from 'node:test'
import express, { Router } from 'express'
import { discovery } from './discovery.ts'
import { createJsonFaults } from './json.ts'
import { jwks } from './jwks.ts'

const broken = (): never => {
  throw new Error('secret words')
}

describe('what fails at an endpoint for machines', () => {
  for (const path of ['/jwks', '/.well-known/openid-configuration'])
    test(`is said in their language at ${path}`, async () => {
      const faults = createJsonFaults({ warn: () => {}, error: () => {} })
      const router = Router({ caseSensitive: true, strict: true })
      const signingKeys = { published: async () => broken() }
      jwks(router, { signingKeys }, faults)
      const door = { issuer: 'https://2fa.example', clients: new Map(), acrValues: broken }
      discovery(router, door, faults)
      const server = createServer(express().use(router))
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
      const address = server.address()
      assert.ok(typeof address === 'object' && address !== null)
      const answer = await fetch(`http://127.0.0.1:${address.port}${path}`)
      const body = await answer.text()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      assert.equal(answer.status, 500)
      assert.equal(answer.headers.get('cache-control'), 'no-store')
      assert.deepEqual(JSON.parse(body), { error: 'server_error' })
    })
})
