import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp } from '../support/app.ts'
import { judgements, ONLY_APP, otpAt, post, withOtpApp } from '../support/attack.ts'
import { begin } from '../support/passage.ts'
import { createUserAgent } from '../support/user-agent.ts'

describe('M12 an answer of another type, or many at once', () => {
  test('is refused and never compared', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    const { browser, page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    const code = otpAt(app)
    const bodies: readonly (readonly (readonly [string, string])[])[] = [
      [],
      [['code', 'null']],
      [['code[]', code]],
      [['code[code]', code]],
      [
        ['code', code],
        ['code', code],
      ],
      [['code', 'true']],
      Array.from({ length: 5 }, (_, n) => ['code', `00000${n}`] as const),
    ]
    for (const body of bodies) {
      const { status } = await post(browser, page, 'answer', body)
      assert.ok(status === 422 || status === 400, `${status} for ${JSON.stringify(body)}`)
    }
    assert.equal(await judgements(app), 0)
  })

  test('is refused where it is large or of another kind, without keeping anybody waiting', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    const { browser, page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    const large = await post(browser, page, 'answer', { code: '1'.repeat(1_000_000) })
    assert.equal(large.status, 413)
    const form = page.forms.find(({ action }) => action === 'answer')
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const json = await fetch(form?.url ?? '', {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie, 'content-type': 'application/json' },
      body: JSON.stringify({ ...form?.fields, code: otpAt(app) }),
    })
    assert.equal(json.status, 403)
    assert.equal(await judgements(app), 0)
  })
})
