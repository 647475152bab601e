import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LI_WEI, openApp } from '../support/app.ts'
import { ONLY_EMAIL, post } from '../support/attack.ts'
import { createCommandLine } from '../support/command-line.ts'
import { begin, pass } from '../support/passage.ts'
import { createUserAgent } from '../support/user-agent.ts'

const THIEF = 'thief@elsewhere.example'
const NEW = 'li.wei@new.example'
const SEVERAL = { settings: { factors: ['email'], sendAtOnce: false } }

describe('M42 an address or a number that somebody else would like codes to go to', () => {
  test('is taken from nobody but the directory and operators', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const context = {
      identifiers: { preferred_username: 'li.wei', email: THIEF },
      email: THIEF,
      phone_number: '+8613800138000',
    }
    for (const over of [
      { email: THIEF, to: THIEF, phone: '+8613800138000' },
      { sallyport_context: JSON.stringify({ identifiers: context.identifiers }) },
      { claims: JSON.stringify({ id_token: { email: { value: THIEF } } }) },
    ]) {
      await begin(app, createUserAgent(), over)
      assert.equal(app.mailbox.last().to, LI_WEI)
      app.clock.advance(121)
    }
    const { status } = await app.party.push({ sallyport_context: JSON.stringify(context) })
    assert.equal(status, 400)
  })

  test('is none of those that a person may choose among', async () => {
    await using app = await openApp(SEVERAL)
    const { browser, page } = await begin(app)
    for (const to of [THIEF, '1', '-1', '0x0', `${LI_WEI},${THIEF}`, `${LI_WEI}\r\nBcc: ${THIEF}`])
      await post(browser, page, 'choose', { factor: 'email', to })
    assert.deepEqual(
      app.mailbox.mails.filter(({ to }) => to !== LI_WEI),
      [],
    )
  })

  test('once an operator changed it, is where codes go, and none that went elsewhere is good any more', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, page } = await begin(app)
    const { code } = app.mailbox.last()
    const operator = createCommandLine(app)
    assert.equal((await operator(['user', 'set', 'li.wei', '--email', NEW])).code, 0)
    const late = await browser.submit(page, 'answer', { code })
    assert.doesNotMatch(late.body, /http-equiv="refresh"/)

    app.clock.advance(121)
    await pass(app)
    assert.equal(app.mailbox.last().to, NEW)
    const told = (await app.events()).filter(({ event }) => event === 'person.changed')
    assert.deepEqual(
      told.map(({ actor }) => actor),
      ['operator:ann'],
    )
  })

  test('is told to the one before, by whom it was changed', async () => {
    await using app = await openApp(ONLY_EMAIL)
    await createCommandLine(app)(['user', 'set', 'li.wei', '--email', NEW])
    await app.app.tend()
    const told = app.mailbox.mails.map(({ to }) => to)
    assert.deepEqual(told.sort(), [LI_WEI, NEW].sort())
  })
})
