import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nameGiven } from './name-given.ts'

test('a name is what is written, without what stands around it, in one spelling', () => {
  for (const [given, name] of [
    ['Work phone', 'Work phone'],
    ['  Tablet\t', 'Tablet'],
    ['e\u0301'.repeat(40), '\u00e9'.repeat(40)],
    ['工作手机 📱', '工作手机 📱'],
    // What joins emoji, and letters of some scripts, is a part of the name.
    ['👩‍💻', '👩‍💻'],
    ['می\u200cخواهم', 'می\u200cخواهم'],
    ['📱'.repeat(40), '📱'.repeat(40)],
    ['<b>"1"</b>', '<b>"1"</b>'],
  ] as const)
    assert.equal(nameGiven(given), name)
})

test('nothing written is no name, and no mistake', () => {
  for (const given of [undefined, '', '   ', '\u3000']) assert.equal(nameGiven(given), null)
})

test('what is no text, too long, breaks a line, turns the text around or hides is refused', () => {
  const odd = ['a\nb', 'a\u0000b', 'a\u202eb', 'a\u2066b', 'a\u200bb', 'a\ufeffb', 'a\u2028b']
  const none = [null, 1, ['a'], { a: 1 }, 'x'.repeat(41), '📱'.repeat(41), 'a\ud800b', 'a\ue000b']
  for (const given of [...odd, ...none]) assert.equal(nameGiven(given), undefined)
})

test('what nobody sees is refused', () => {
  for (const given of ['\u3164', '\u2800', '\u115f\u1160', '\u200d', '\ufe0f', '\u034f', '\uffa0'])
    assert.equal(nameGiven(given), undefined)
  for (const given of ['-', '中', '1\u20e3', '♥\ufe0f', 'ﾊ']) assert.equal(nameGiven(given), given)
})

test('a name that was taken is taken again as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (given) => {
      const name = nameGiven(given)
      if (typeof name === 'string') assert.equal(nameGiven(name), name)
    }),
  )
})
