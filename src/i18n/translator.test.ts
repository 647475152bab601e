import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { describe, test } from 'node:test'
import { instantOf, LOCALES } from '../kernel/index.ts'
import { judgeWords } from './judge-words.ts'
import { languageOf } from './language.ts'
import { createMoments } from './moments.ts'
import { createTranslator } from './translator.ts'

const translate = createTranslator()

describe('the catalogues', () => {
  for (const locale of LOCALES)
    test(`say in ${locale} all that is said in English, with the same places`, () => {
      assert.deepEqual(judgeWords(locale, languageOf(locale).words), [])
    })

  test('are folders, as many as there are languages', () => {
    const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
    const named = folders.filter((one) => one.isDirectory()).map(({ name }) => name)
    assert.deepEqual(named.toSorted(), LOCALES.toSorted())
  })

  test('are told key by key what is wrong with them', () => {
    const { 'done.title': _, ...rest } = languageOf('en').words
    const wrong = { ...rest, 'done.hint': 'Off to {org}.', 'mail.hat': 'x', wrong_one: 'No.' }
    assert.deepEqual(judgeWords('en', wrong), [
      'done.title is missing',
      'done.hint fills in {org}, which English does not',
      'done.hint leaves out {app}',
      'mail.hat is asked for by nobody',
    ])
    const polish = judgeWords('pl', languageOf('en').words)
    assert.ok(
      polish.includes('minutes_few is missing') && polish.includes('minutes_many is missing'),
    )
  })

  test('are typeset: no straight quotes', () => {
    for (const locale of LOCALES)
      for (const text of Object.values(languageOf(locale).words)) assert.doesNotMatch(text, /['"]/)
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
