import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createTranslator } from '../../i18n/index.ts'
import { instantOf, later } from '../../kernel/index.ts'
import type { CodeMessage } from '../channel.ts'
import { createCodeText } from './message.ts'

const NOON = instantOf(Date.UTC(2030, 0, 1, 12))
const MESSAGE: CodeMessage = {
  ...{ to: '+8613812345678', locale: 'en', code: '482913', message: 1 },
  ...{ validUntil: later(NOON, 300), askedAt: NOON, application: 'Payroll' },
  ...{ username: 'li.wei', from: { browser: 'Chrome', ip: '203.0.113.24' } },
}
const render = createCodeText(createTranslator(), { org: 'Kestrel', host: '2fa.kestrel.example' })

describe('the text message with a code', () => {
  test('begins with the code and ends with the host that it is bound to', () =>
    assert.equal(
      render(MESSAGE),
      '482913 is your code for Payroll (Kestrel). Valid 5 minutes. Nobody at Kestrel will ask for it.\n@2fa.kestrel.example #482913',
    ))

  test('speaks Chinese to whoever reads it', () =>
    assert.equal(
      render({ ...MESSAGE, locale: 'zh-CN', application: '薪酬系统' }),
      '【Kestrel】482913是薪酬系统登录验证码，5分钟内有效，请勿告诉他人。\n@2fa.kestrel.example #482913',
    ))

  test('never says that it is good for longer than it is', () => {
    const short = { ...MESSAGE, validUntil: later(NOON, 119) }
    assert.match(render(short), /Valid 1 minute\./)
  })

  test('lets no name begin a line, bind the code elsewhere, or make the message long', () => {
    const application = `Pay\n@evil.example #000000\r\u2028\u202E${'x'.repeat(500)}`
    const lines = render({ ...MESSAGE, application }).split('\n')
    assert.equal(lines.length, 2)
    assert.equal(lines[1], '@2fa.kestrel.example #482913')
    assert.doesNotMatch(lines[0] ?? '', /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    assert.ok((lines[0] ?? '').length < 160)
  })
})
