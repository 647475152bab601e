import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { begin } from '../support/passage.ts'
import { openTexting } from '../support/texting.ts'
import { addUnchecked } from '../support/unchecked-person.ts'
import { createUserAgent } from '../support/user-agent.ts'

const DEAR = [
  ['premium', '+19002345678'],
  ['toll-free', '+18002345678'],
  ['shared cost', '+448431234567'],
  ['a pager', '+447640123456'],
  ['a personal number', '+447012345678'],
  ['of a satellite', '+881612345678'],
  ['of no country', '+883510012345'],
  ['across a border that the calling code does not show', '+18762101234'],
  ['not of the list', '+213551234567'],
  ['given to nobody', '+11112345678'],
  ['two numbers', '+12025550123,+12025550124'],
  ['a number with an extension', '+12025550123;ext=7'],
  ['in other digits', '+１２０２５５５０１２３'],
] as const

describe('M45 texts to numbers that somebody earns on', () => {
  test('are not sent, and the person is told no more than who cannot be reached', async () => {
    await using of = await openTexting()
    for (const [index, [what, phone]] of DEAR.entries()) {
      const name = `dear${index}`
      // As if a directory had handed it over that lets people write their own number.
      await addUnchecked(of.app, { nameKey: name, phones: [phone] })
      const { page } = await begin(of.app, createUserAgent(), { login_hint: name })
      assert.equal(page.status, 403, what)
    }
    assert.equal(of.first.asked() + of.second.asked(), 0)
  })

  test('are not sent where another number of the same person is', async () => {
    await using of = await openTexting()
    await addUnchecked(of.app, { nameKey: 'eve', phones: ['+19002345678', '+12025550123'] })
    const { page } = await begin(of.app, createUserAgent(), { login_hint: 'eve' })
    assert.match(page.body, /\+1 •••0123/)
    assert.deepEqual(
      of.first.texts.map(({ to }) => to),
      ['+12025550123'],
    )
  })

  test('cannot be asked for faster than the cool-down lets anybody, in however many browsers', async () => {
    await using of = await openTexting()
    await Promise.all(Array.from({ length: 8 }, () => begin(of.app, createUserAgent())))
    assert.equal(of.first.asked(), 1)
  })
})
