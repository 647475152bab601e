import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createMoments, createTranslator } from '../../i18n/index.ts'
import { instantOf, LOCALES } from '../../kernel/index.ts'
import type { NoticeMessage } from '../channel.ts'
import { createNoticeText } from './notice-text.ts'

const MESSAGE: NoticeMessage = {
  ...{ id: 'ntc', to: '+8613812345678', locale: 'en', kind: 'locked', factor: 'totp' },
  ...{ at: instantOf(Date.UTC(2030, 0, 1, 12)), username: 'li.wei', isOperators: false },
  from: { browser: 'Chrome', ip: '203.0.113.24' },
}
const render = createNoticeText(createTranslator(), createMoments('Asia/Shanghai'), {
  org: 'Kestrel',
})

describe('a notice as a text message', () => {
  test('says who speaks, what happened, when, and what to do', () => {
    assert.equal(
      render(MESSAGE),
      'Kestrel: Codes from your OTP app were paused after wrong tries at 20:00 on 1 January 2030 (UTC+8). Not you? Change your password, then tell the IT service desk.',
    )
    assert.equal(
      render({ ...MESSAGE, locale: 'zh-CN', kind: 'enrolled' }),
      '【Kestrel】已添加身份验证器，时间 2030年1月1日 20:00（UTC+8）。如非本人操作，请立即告知 IT 服务台。',
    )
    assert.equal(
      render({ ...MESSAGE, kind: 'contacts', isOperators: true }),
      'Kestrel: Your phone numbers or email addresses were changed at 20:00 on 1 January 2030 (UTC+8) by the IT service desk. Not at your request? Tell it now.',
    )
  })

  test('is one line, without the name, a place, a link or a code', () => {
    const kinds = [
      ...(['locked', 'codes-unused', 'enrolled', 'reset', 'contacts'] as const),
      ...(['code-made', 'code-used'] as const),
    ]
    for (const locale of LOCALES)
      for (const kind of kinds) {
        const isOperators = ['reset', 'contacts', 'code-made'].includes(kind)
        const text = render({ ...MESSAGE, locale, kind, isOperators })
        assert.doesNotMatch(text, /li\.wei|Chrome|203\.|\n|https?:|@|[0-9]{6}/)
        assert.ok([...text].length <= 160, `${[...text].length}`)
      }
  })
})
