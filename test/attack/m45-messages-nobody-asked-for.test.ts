import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { guess, ONLY_APP, withOtpApp } from '../support/attack.ts'
import { enrol } from '../support/enrol.ts'
import { dropped, notices } from '../support/noticed.ts'
import { openForAnybody, unsignedUrl } from '../support/outside.ts'
import { begin } from '../support/passage.ts'
import { createUserAgent } from '../support/user-agent.ts'

const HOUR = 3600

/** All that somebody does with a password and a day. */
async function pester(app: TestApp, hours: number, who: string): Promise<void> {
  for (let hour = 0; hour < hours; hour++) {
    await guess(app, 10, who)
    await begin(app, createUserAgent(), { login_hint: who })
    await app.app.tend()
    app.clock.advance(HOUR)
  }
}

describe('M45 notices that somebody else brings about', () => {
  test('fill no mailbox, whatever whoever knows the password does in a day', async () => {
    await using app = await openApp({
      settings: { ...ONLY_APP.settings, locks: { every: 3, seconds: [60], cap: 40 } },
    })
    await withOtpApp(app, 'bob')
    await pester(app, 8, 'bob')
    assert.equal(notices(app).length, 5)
    assert.deepEqual([...new Set(await dropped(app))], ['too-many'])
  })

  test('do not come all at once where a mail server was down while they came about', async () => {
    await using app = await openApp({
      settings: {
        ...{ ...ONLY_APP.settings, notices: { perDayMax: 2 } },
        locks: { every: 3, seconds: [60], cap: 40 },
      },
    })
    await withOtpApp(app, 'bob')
    app.mailbox.set('busy')
    for (let lock = 0; lock < 6; lock++) {
      await guess(app, 3)
      app.clock.advance(61)
      if (lock % 2 === 1) await app.app.tend()
    }
    app.mailbox.set('accept')
    for (let hour = 0; hour < 12; hour++) {
      app.clock.advance(HOUR)
      await app.app.tend()
    }
    assert.equal(notices(app).length, 2)
  })

  test('use up nothing of what tells the person that somebody set up an OTP app in their name', async () => {
    const settings = { notices: { perDayMax: 1 }, locks: { every: 3, seconds: [60], cap: 40 } }
    await using app = await openApp({ settings })
    const thief = createUserAgent()
    for (let lock = 0; lock < 2; lock++) {
      const { page: first } = await begin(app, thief)
      let page = await thief.submit(first, 'choose', { factor: 'email' })
      for (let answer = 0; answer < 3; answer++)
        page = await thief.submit(page, 'answer', { code: '000000' })
      await app.app.tend()
      app.clock.advance(HOUR)
    }
    assert.deepEqual([notices(app).length, await dropped(app)], [1, ['too-many']])
    await enrol(app, thief)
    await app.app.tend()
    assert.equal(notices(app).at(-1)?.subject, 'An OTP app was added')
  })

  test('are one mail a day where nobody signed, and none for a name that is nobody’s', async () => {
    await using app = await openForAnybody(ONLY_APP.settings)
    await withOtpApp(app, 'bob')
    const stranger = async (name: string) => {
      for (let round = 0; round < 4; round++) {
        const browser = createUserAgent()
        let page = await browser.follow(unsignedUrl(app, name))
        for (let n = 0; n < 5 && page.forms.some(({ action }) => action === 'answer'); n++)
          page = await browser.submit(page, 'answer', { code: '000000' })
        await app.app.tend()
        app.clock.advance(HOUR)
      }
    }
    await stranger('bob')
    await stranger('nobody')
    assert.deepEqual(
      notices(app).map(({ to }) => to),
      ['bob@kestrel.example'],
    )
  })
})
