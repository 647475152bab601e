import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { begin, pass } from '../support/passage.ts'
import { openTexting, PHONE } from '../support/texting.ts'
import { createUserAgent } from '../support/user-agent.ts'

/** Answers each request as it is told, with anything. */
async function openRogue(
  answer: (to: string) => { status: number; headers: object; body: string },
) {
  let asked = 0
  const server = createServer((request, response) => {
    asked++
    let held = ''
    request.on('data', (chunk) => (held += chunk))
    request.on('end', () => {
      const { status, headers, body } = answer(held)
      response.writeHead(status, { ...headers }).end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const BOTH = { factors: ['sms', 'email'] }
const rogueAt = (url: string) => ({
  ...{ provider: 'http', name: 'rogue', url, timeoutSeconds: 1, messageIdPath: 'id' },
  body: { form: { to: '{to}', text: '{text}' } },
  success: { status: [200] },
})

describe('M63 a gateway for text messages that misbehaves', () => {
  test('sends no code anywhere else by a redirect', async () => {
    await using elsewhere = await openRogue(() => ({ status: 200, headers: {}, body: '{}' }))
    for (const status of [301, 302, 303, 307, 308]) {
      const headers = { location: elsewhere.url }
      await using rogue = await openRogue(() => ({ status, headers, body: '' }))
      await using of = await openTexting({ channels: { sms: [rogueAt(rogue.url)] } })
      await begin(of.app)
      assert.equal(rogue.asked(), 1)
    }
    assert.equal(elsewhere.asked(), 0)
  })

  test('writes nothing of its own into the log, and nothing of the message', async () => {
    const id = `x\n{"level":"error","msg":"forged"}\u2028${'y'.repeat(500)}`
    await using rogue = await openRogue((asked) => ({
      ...{ status: 200, headers: { 'x-echo': encodeURIComponent(asked) } },
      body: JSON.stringify({ id, echo: asked }),
    }))
    await using of = await openTexting({ channels: { sms: [rogueAt(rogue.url)] } })
    await begin(of.app)
    const lines = of.app.logged.filter((line) => line.includes('text message'))
    assert.equal(lines.length, 1)
    for (const line of of.app.logged) assert.equal(typeof JSON.parse(line), 'object')
    assert.doesNotMatch(lines.join(''), /\u2028|y{101}|@localhost|is your code/)
    assert.ok(!of.app.logged.join('').includes(PHONE.slice(3)))
  })

  test('keeps one person for seconds, nobody else at all, and costs no attempt', async () => {
    await using of = await openTexting(BOTH)
    const { app, first, mailbox } = of
    await app.people.add('test', { username: 'eve', emails: ['eve@kestrel.example'] })
    first.set('hang')
    const { browser, page } = await begin(app)
    const since = performance.now()
    const waiting = browser.submit(page, 'choose', { factor: 'sms' })
    await pass({ party: app.party, mailbox }, createUserAgent(), { login_hint: 'eve' })
    const failed = await waiting
    const seconds = (performance.now() - since) / 1000
    assert.ok(seconds < 8, `${seconds} s`)
    assert.equal(failed.status, 422)
    assert.match(failed.body, /email/i)
    const counted = (await app.events()).filter(({ event }) => event === 'factor.rejected')
    assert.deepEqual([counted.length, of.second.asked()], [0, 0])
  })
})
