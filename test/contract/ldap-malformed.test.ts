import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { describe, test } from 'node:test'
import { openLdapSettings } from '../support/fake-ldap.ts'
import { fault, searchFor, wireTo } from '../support/wire-bench.ts'

/** Operations of LDAP by the tag of the question. */
const [BIND, SEARCH, EXTENDED] = [0x60, 0x63, 0x77]
const ANSWER: Readonly<Record<number, number>> = { [BIND]: 0x61, [EXTENDED]: 0x78, [SEARCH]: 0x65 }
const SUCCESS = Buffer.from([10, 1, 0, 4, 0, 4, 0])
const WHO = Buffer.from([...SUCCESS, 0x8b, 4, ...Buffer.from('dn:x')])

type Broken = {
  readonly at: keyof typeof ANSWER
  /** What comes behind the message id, in place of the right answer. */
  readonly said: readonly number[]
}

/** Each holds a length that leads out of the message, or that is none. */
const BROKEN: Readonly<Record<string, Broken>> = {
  'controls of a bind': { at: BIND, said: [0x61, 7, ...SUCCESS, 0xa0, 0x7f, 0x30, 0, 0] },
  'a bind': { at: BIND, said: [0x61, 10, ...SUCCESS, 0x87, 0x7f, 1] },
  'controls of a Who am I': { at: EXTENDED, said: [0x78, 7, ...SUCCESS, 0xa0, 0x7f, 0x30, 0, 0] },
  'the attributes of an entry': { at: SEARCH, said: [0x64, 8, 4, 0, 0x30, 0x84, 0x7f, 0, 0, 0] },
  'an attribute': { at: SEARCH, said: [0x64, 8, 4, 0, 0x30, 4, 0x30, 0x7f, 4, 0] },
  'a value': { at: SEARCH, said: [0x64, 11, 4, 0, 0x30, 7, 0x30, 5, 4, 0, 0x31, 1, 4] },
  'an indefinite length': { at: SEARCH, said: [0x64, 4, 4, 0, 0x30, 0x80] },
  'a reference': { at: SEARCH, said: [0x73, 2, 4, 0x7f] },
  'the end of a search': { at: SEARCH, said: [0x65, 2, 10, 0x7f] },
  'the controls of that': { at: SEARCH, said: [0x65, 7, ...SUCCESS, 0xa0, 2, 0x30, 0x7f] },
  'an answer of no search': { at: SEARCH, said: [0x69, 7, ...SUCCESS] },
}

/** Lets everybody in and says that nobody is there, but for the one answer that is broken. */
async function startBroken({ at, said }: Broken) {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      // One question at a time: 30, its length, then the id with its own length, then what is asked.
      const id = bytes.subarray(2, 4 + (bytes[3] ?? 0))
      const tag = bytes[2 + id.length] ?? 0
      const right = tag === EXTENDED ? WHO : SUCCESS
      const answer = tag === at ? said : [ANSWER[tag] ?? 0, right.length, ...right]
      socket.write(Buffer.from([0x30, id.length + answer.length, ...id, ...answer]))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port is free')
  return {
    ...{ host: '127.0.0.1', port: address.port },
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}

/** Who is let in at once, and would wait for a minute. */
const PATIENT = openLdapSettings({ name: 'corp', connectSeconds: 60, operationSeconds: 60 })

describe('a server that says what is no LDAP', () => {
  for (const [what, broken] of Object.entries(BROKEN))
    test(`is let go of at once, and holds nobody up: ${what}`, async () => {
      await using server = await startBroken(broken)
      const asked = async () => {
        const wire = await wireTo(server, 'dangerously-clear', PATIENT)
        try {
          await wire.search(searchFor('dc=kestrel,dc=example', 'ann'))
        } finally {
          assert.equal(wire.isOpen, false)
        }
      }
      await assert.rejects(asked, fault(/what is no LDAP|closed the connection/))
    })

  test('is let go of before anything is secured', async () => {
    await using server = await startBroken({
      at: EXTENDED,
      said: [0x78, 7, ...SUCCESS, 0xa0, 0x7f, 0x30, 0, 0],
    })
    await assert.rejects(
      wireTo(server, 'start-tls', PATIENT),
      fault(/does not speak LDAP in clear/),
    )
  })
})
