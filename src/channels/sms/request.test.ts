import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Secret } from '../../kernel/index.ts'
import { requestFor } from './request.ts'

const FILLING = { to: '+8613812345678', text: 'one\n@host #482913', id: 'm1' }
const json = (template: Readonly<Record<string, unknown>>, text = FILLING.text) =>
  JSON.parse(
    requestFor(
      { method: 'POST', headers: [], body: { as: 'json', template } },
      { ...FILLING, text },
    ).body,
  )

describe('the request to a gateway', () => {
  test('fills in texts at any depth and leaves everything else as it is', () =>
    assert.deepEqual(
      json({ '{to}': ['{to}', 1, null, true, { a: 'x {toDigits} {id} {other} {to}' }] }),
      { '{to}': [FILLING.to, 1, null, true, { a: 'x 8613812345678 m1 {other} +8613812345678' }] },
    ))

  test('takes a text for a text, whatever it looks like in JSON or as a place', () => {
    const promise = fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const whole = text.isWellFormed() ? text : ''
      assert.deepEqual(json({ to: '{to}', text: '{text}' }, whole), { to: FILLING.to, text: whole })
    })
    fc.assert(promise, { seed: 1, numRuns: 300 })
    for (const text of ['","to":"+19002345678', '{to} {id} {text}', '$& $1 $`', '\\', '\u2028'])
      assert.deepEqual(json({ text: 'a {text} b' }, text), { text: `a ${text} b` })
  })

  test('takes a text for a text in a form too', () => {
    const template = { To: '{to}', Body: '{text}', From: 'Kestrel & Co' }
    const text = 'a&To=+19002345678=b%0d\n+ 薪酬 {to}'
    const { body, headers } = requestFor(
      { method: 'POST', headers: [], body: { as: 'form', template } },
      { ...FILLING, text },
    )
    const read = [...new URLSearchParams(body)]
    assert.deepEqual(read, [
      ['To', FILLING.to],
      ['Body', text],
      ['From', 'Kestrel & Co'],
    ])
    assert.match(headers.get('content-type') ?? '', /^application\/x-www-form-urlencoded/)
  })

  test('carries the headers of the operator, and the type of its body whatever they say', () => {
    const { headers } = requestFor(
      {
        method: 'PUT',
        headers: [
          { name: 'X-Key', value: new Secret('s3cret') },
          { name: 'Accept', value: 'text/plain' },
          { name: 'Idempotency-Key', value: 'k-{id} {to}' },
        ],
        body: { as: 'json', template: {} },
      },
      FILLING,
    )
    assert.deepEqual(Object.fromEntries(headers), {
      ...{ accept: 'text/plain', 'content-type': 'application/json', 'x-key': 's3cret' },
      // Neither number nor text is ever put there.
      'idempotency-key': 'k-m1 {to}',
    })
  })
})
