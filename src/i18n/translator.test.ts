import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instantOf } from '../kernel/index.ts'
import { en } from './en.ts'
import { createMoments } from './moments.ts'
import { createTranslator } from './translator.ts'
import { zhCn } from './zh-cn.ts'

const translate = createTranslator()
const namesIn = (text: string) => new Set(text.match(/\{[a-z]+\}/gi) ?? [])

describe('the catalogues', () => {
  test('fill in nothing in Chinese that English does not know', () => {
    const english = new Map<string, string>(Object.entries(en))
    for (const [key, text] of Object.entries(zhCn)) {
      const known = namesIn(english.get(key) ?? '')
      for (const name of namesIn(text)) assert.ok(known.has(name), `${key} ${name}`)
    }
  })

  test('are typeset: no straight quotes', () => {
    for (const text of [...Object.values(en), ...Object.values(zhCn)])
      assert.doesNotMatch(text, /['"]/)
  })

  test('choose the singular by count', () => {
    assert.equal(translate('en')('wrong', { count: 1 }), 'Not the right code. One try left.')
    assert.equal(translate('en')('wrong', { count: 3 }), 'Not the right code. 3 tries left.')
    assert.equal(translate('zh-CN')('wrong', { count: 1 }), '验证码不正确，还可输入 1 次。')
  })

  test('leave a value as it came, whatever it looks like', () => {
    for (const app of ['{org}', '$t(retry)', '<b>', '{{app}}'])
      assert.equal(translate('en')('done.hint', { app }), `Taking you to ${app}.`)
  })
})

describe('moments', () => {
  test('are those of the operator’s zone', () => {
    const at = instantOf(Date.UTC(2026, 10, 25, 6, 2))
    const moments = createMoments('Asia/Shanghai')
    assert.equal(moments.time(at, 'en'), '14:02')
    assert.equal(moments.full(at, 'en'), '14:02 on 25 November 2026 (UTC+8)')
    assert.equal(moments.full(at, 'zh-CN'), '2026年11月25日 14:02（UTC+8）')
  })
})
