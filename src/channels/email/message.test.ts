import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { createMoments, createTranslator } from '../../i18n/index.ts'
import { instantOf, later } from '../../kernel/index.ts'
import type { CodeMessage } from '../channel.ts'
import { createCodeMail } from './message.ts'

const NOON = instantOf(Date.UTC(2030, 0, 1, 12))

const MESSAGE: CodeMessage = {
  to: 'li.wei@kestrel.example',
  locale: 'en',
  code: '482913',
  validUntil: later(NOON, 300),
  askedAt: NOON,
  application: 'Payroll',
  username: 'li.wei@kestrel.example',
  from: { browser: 'Chrome on macOS', ip: '203.0.113.24' },
  message: 1,
}

const render = createCodeMail(createTranslator(), createMoments('Asia/Shanghai'), {
  org: 'Kestrel',
  host: '2fa.kestrel.example',
  desk: '+86 571 5550 0100',
})

describe('the mail with a code', () => {
  test('keeps the code out of the subject and in one piece in both parts', () => {
    const { subject, text, html } = render(MESSAGE)
    assert.equal(subject, 'Your code for Payroll')
    assert.match(text, /^482913$/m)
    assert.ok(html.includes('>482913</td>'))
  })

  test('says until when, who, when and from where, in the zone of the operator', () => {
    const { text } = render(MESSAGE)
    assert.ok(text.includes('Valid until 20:05, and only for this sign-in.'))
    assert.ok(text.includes('Asked at: 20:00 on 1 January 2030 (UTC+8)'))
    assert.ok(text.includes('From: Chrome on macOS, 203.0.113.24'))
  })

  test('speaks Chinese to whoever reads it', () => {
    const { subject, text } = render({ ...MESSAGE, locale: 'zh-CN', application: '薪酬系统' })
    assert.equal(subject, '薪酬系统登录验证码')
    assert.ok(text.includes('20:05 前有效，仅限本次登录使用。'))
  })

  test('begins its preheader with the code', () => {
    assert.match(render(MESSAGE).html, /overflow:hidden">482913, works for 5 minutes\./)
  })

  test('carries no link and loads nothing', () => {
    assert.doesNotMatch(render(MESSAGE).html, /<a\b|<img|href=|src=|url\(|https?:/i)
  })

  test('leaves out a row that it knows nothing of', () => {
    const { text } = render({ ...MESSAGE, from: { browser: null, ip: null } })
    assert.ok(!text.includes('From:'))
  })

  test('prints a hostile name as text', () => {
    const hostile = '<script>alert(1)</script>"\'&'
    const { html } = render({ ...MESSAGE, application: hostile, username: hostile })
    assert.ok(!html.includes('<script'))
    assert.ok(html.includes('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;'))
  })

  test('lets no name begin another header or another line', () => {
    const { subject, text } = render({
      ...MESSAGE,
      application: 'Pay\r\nBcc: eve@evil.example\u2028x',
    })
    assert.doesNotMatch(subject, /[\r\n\u2028\u2029]/)
    assert.doesNotMatch(text, /^Bcc:/m)
  })

  test('lets no name turn the text around or hide a part of it', () => {
    const { subject } = render({ ...MESSAGE, application: 'Pay\u202Elaor\u2066\u200B\u0000' })
    assert.equal(subject, 'Your code for Paylaor')
  })

  test('takes a name for a name, whatever it looks like to a translator', () => {
    const { subject } = render({ ...MESSAGE, application: '{org} $t(mail.hint)' })
    assert.equal(subject, 'Your code for {org} $t(mail.hint)')
  })

  test('takes a name for a name, whatever it looks like to a mail program', () => {
    const { subject } = render({ ...MESSAGE, application: '=?utf-8?B?4oCuZXZpbA==?=' })
    assert.equal(subject, 'Your code for = ?utf-8?B?4oCuZXZpbA== ?=')
  })

  test('stays one line and bounded under any name', () => {
    const promise = fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (application) => {
      const { subject, html } = render({ ...MESSAGE, application })
      assert.match(subject, /^[^\p{Cc}\p{Zl}\p{Zp}]{0,300}$/u)
      assert.ok(!html.includes('<script'))
    })
    fc.assert(promise, { seed: 1, numRuns: 300 })
  })
})
