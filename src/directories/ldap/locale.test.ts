import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { entryOf } from '../../../test/support/fake-ldap.ts'
import { localeOf } from './locale.ts'

const of = (...values: readonly string[]) =>
  localeOf(entryOf('', { preferredLanguage: values }), 'preferredLanguage')

describe('the language of a person', () => {
  const SPOKEN: readonly (readonly [string, 'en' | 'zh-CN' | null])[] = [
    ['en', 'en'],
    ['en-GB', 'en'],
    ['zh-CN', 'zh-CN'],
    ['zh_CN', 'zh-CN'],
    ['fr, zh-Hans;q=0.8, en;q=0.7', 'zh-CN'],
    ['zh-TW', null],
    ['de', null],
    ['', null],
    ['Englisch', null],
  ]
  for (const [text, locale] of SPOKEN)
    test(`is ${locale} for ${JSON.stringify(text)}`, () => assert.equal(of(text), locale))

  test('is none where values differ, and none is guessed where there are none', () => {
    assert.equal(of('en', 'zh-CN'), null)
    assert.equal(of('en', 'en-US'), 'en')
    assert.equal(of(), null)
    assert.equal(localeOf(entryOf('', { preferredLanguage: 'en' }), null), null)
  })
})
