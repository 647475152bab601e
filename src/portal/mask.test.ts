import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { maskEmail, maskPhone } from './mask.ts'

describe('a mask', () => {
  test('shows first and last letter of a mailbox, and the domain', () => {
    assert.equal(maskEmail('li.wei@kestrel.example'), 'l•••i@kestrel.example')
  })

  test('shows one letter of a short mailbox', () => {
    assert.equal(maskEmail('li@kestrel.example'), 'l•••@kestrel.example')
    assert.equal(maskEmail('l@kestrel.example'), 'l•••@kestrel.example')
  })

  test('keeps a letter beyond the first plane whole', () => {
    assert.equal(maskEmail('😀ab@kestrel.example'), '😀•••b@kestrel.example')
  })

  test('says nothing of what is no address', () => {
    for (const text of ['', '@kestrel.example', 'li.wei']) assert.equal(maskEmail(text), '•••')
  })

  test('shows the last four digits of a number', () => {
    assert.equal(maskPhone('+8613812345678'), '+86 •••5678')
    assert.equal(maskPhone('+12025550123'), '+1 •••0123')
    assert.equal(maskPhone('110'), '•••')
  })

  test('never shows the middle of a mailbox, nor how long it is', () => {
    const mailbox = fc.string({ minLength: 3, maxLength: 64, unit: 'grapheme-ascii' })
    const promise = fc.property(mailbox, (name) => {
      const [shown] = maskEmail(`${name}@a.example`).split('@a.example')
      assert.equal([...(shown ?? '')].length, 5)
    })
    fc.assert(promise, { seed: 1, numRuns: 300 })
  })
})
