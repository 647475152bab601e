import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp } from '../support/app.ts'
import { judgements, ONLY_APP, otpAt, post, withOtpApp } from '../support/attack.ts'
import { begin } from '../support/passage.ts'
import { createUserAgent } from '../support/user-agent.ts'

describe('M04 a code written differently', () => {
  test('is never compared, however it is spelled, and costs no try', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    const { browser, page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    const code = otpAt(app)
    const fullWidth = [...code]
      .map((digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))
      .join('')
    const arabic = [...code]
      .map((digit) => String.fromCharCode(digit.charCodeAt(0) + 0x630))
      .join('')
    const spellings = [
      ...[` ${code}`, `${code} `, `${code}\n`, `${code}\t`, `${code}\0`, `+${code}`, `-${code}`],
      ...[`0${code}`, `${code}0`, code.slice(1), `${code.slice(0, 3)} ${code.slice(3)}`],
      ...[fullWidth, arabic, `${code}e0`, `0x${code}`, `${code}.0`, '\u200b'.concat(code), ''],
    ]
    for (const spelling of spellings) {
      const { status } = await post(browser, page, 'answer', { code: spelling })
      assert.equal(status, 422, JSON.stringify(spelling))
    }
    assert.equal(await judgements(app), 0)
    // The right spelling is still good: nothing was used up.
    assert.equal((await post(browser, page, 'answer', { code })).status, 303)
  })

  test('ends the step-up after thirty', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    const { browser, page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    for (let n = 0; n < 31; n++) await post(browser, page, 'answer', { code: 'x' })
    assert.equal((await post(browser, page, 'answer', { code: otpAt(app) })).status, 403)
    const events = await app.events()
    assert.ok(
      events.some(
        ({ event, reason }) => event === 'step-up.refused' && reason === 'attempts-spent',
      ),
    )
  })
})
