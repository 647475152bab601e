import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { Secret } from '../../kernel/index.ts'
import type { Credentials } from './admin-api.ts'
import { readRealm } from './read-realm.ts'

const TOKEN: Credentials = { by: 'token', token: new Secret('t0ken') }
const PASSWORD: Credentials = {
  ...{ by: 'password', realm: 'master', user: 'ann', password: new Secret('pw-9') },
}

/** What stands in the place of a Keycloak. */
async function serving(answer: RequestListener) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    ...{ url, asked },
    read: async (credentials = TOKEN, realm = 'acme') => {
      const read = await readRealm({ url, realm, credentials }, fetch)
      return read.ok ? 'read' : read.error
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

describe('a realm that cannot be read', () => {
  const ANSWERS: readonly (readonly [string, RequestListener, RegExp])[] = [
    ['a page', (_, to) => to.end('<html>'), /answers 200, and no JSON/],
    ['another JSON', (_, to) => to.end('[]'), /is not what Keycloak says/],
    ['a fault', (_, to) => void to.writeHead(500).end('{}'), /answers 500/],
    [
      'a redirect',
      (_, to) => void to.writeHead(302, { location: '/x' }).end(),
      /redirect, which is not followed/,
    ],
    ['no realm', (_, to) => void to.writeHead(404).end('{}'), /there is no realm acme/],
    ['nothing', (request) => void request.socket.destroy(), /cannot be asked: /],
    [
      'without end',
      (_, to) => {
        const more = () =>
          void (to.write('x'.repeat(1024 * 1024)) ? setImmediate(more) : to.once('drain', more))
        more()
      },
      /over 8 MiB/,
    ],
  ]
  for (const [what, answer, says] of ANSWERS)
    test(`is told why: ${what}`, async () => {
      await using there = await serving(answer)
      const said = await there.read()
      assert.match(said, says)
      assert.doesNotMatch(said, /t0ken/)
    })

  test('is told nothing of a token that is none', async () => {
    await using there = await serving((_, to) => to.end('{}'))
    const said = await there.read({ by: 'token', token: new Secret('t0ken\nt0ken') })
    assert.match(said, /cannot be asked: what was to be sent is no request/)
    assert.doesNotMatch(said, /t0ken/)
  })

  test('is told that http is no https', async () => {
    await using there = await serving((_, to) => to.end('{}'))
    const url = there.url.replace('http:', 'https:')
    const read = await readRealm({ url, realm: 'acme', credentials: TOKEN }, fetch)
    assert.ok(!read.ok)
    assert.match(read.error, /no https; is it http\?$/)
  })

  test('is asked for by name, whatever is in the name', async () => {
    await using there = await serving((_, to) => void to.writeHead(404).end('{}'))
    await there.read(TOKEN, '../master?x=1')
    assert.deepEqual(there.asked, ['GET /admin/realms/..%2Fmaster%3Fx%3D1'])
  })

  test('signs in anew once when its token has run out, and not for ever', async () => {
    await using there = await serving((request, to) => {
      if (request.method === 'POST') to.end('{"access_token":"a"}')
      else to.writeHead(401).end('{}')
    })
    const said = await there.read(PASSWORD)
    assert.match(said, /does not take the access token that it has just issued/)
    assert.equal(there.asked.filter((one) => one.startsWith('POST')).length, 2)
    assert.equal(there.asked.length, 4)
  })

  test('says what was wrong with the sign-in, and not the password', async () => {
    await using there = await serving(
      (_, to) =>
        void to
          .writeHead(401)
          .end('{"error":"invalid_grant","error_description":"Invalid user credentials"}'),
    )
    const said = await there.read(PASSWORD)
    assert.match(
      said,
      /user ann cannot sign in to the realm master .*: invalid_grant, Invalid user/,
    )
    assert.doesNotMatch(said, /pw-9/)
  })
})
