import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { LOCALES } from '../kernel/index.ts'
import { negotiate } from './negotiate.ts'

describe('the language of a page', () => {
  test('is the client’s wish before the person’s, the browser’s and the operator’s', () => {
    const all = {
      uiLocales: 'fr zh-CN',
      person: 'en',
      acceptLanguage: 'en',
      fallback: 'en',
    } as const
    assert.equal(negotiate(all), 'zh-CN')
    assert.equal(negotiate({ ...all, uiLocales: 'fr', person: 'zh-CN' }), 'zh-CN')
    assert.equal(negotiate({ ...all, uiLocales: null, person: null, fallback: 'zh-CN' }), 'en')
    assert.equal(negotiate({ acceptLanguage: 'fr', fallback: 'zh-CN' }), 'zh-CN')
  })

  test('is Simplified Chinese for all who write it, and not for those who do not', () => {
    for (const tag of ['zh', 'zh-CN', 'zh-Hans', 'zh-hans-HK', 'ZH-SG'])
      assert.equal(negotiate({ uiLocales: tag, fallback: 'en' }), 'zh-CN', tag)
    for (const tag of ['zh-TW', 'zh-Hant', 'zh-HK', 'zho'])
      assert.equal(negotiate({ uiLocales: tag, fallback: 'en' }), 'en', tag)
  })

  test('follows the weights of Accept-Language, and the order where they are equal', () => {
    const of = (acceptLanguage: string) => negotiate({ acceptLanguage, fallback: 'en' })
    assert.equal(of('en;q=0.5, zh-CN;q=0.8'), 'zh-CN')
    assert.equal(of('en-GB, zh-CN'), 'en')
    assert.equal(of('zh-CN;q=0, fr'), 'en')
    assert.equal(of('zh-CN;q=2, en;q=0.1'), 'en')
  })

  test('is one of ours whatever is sent, and long input costs no more than short', () => {
    const promise = fc.property(fc.string({ maxLength: 5000 }), (text) => {
      assert.ok(
        LOCALES.includes(negotiate({ uiLocales: text, acceptLanguage: text, fallback: 'en' })),
      )
    })
    fc.assert(promise, { seed: 1, numRuns: 300 })
    const late = `${'x,'.repeat(300)}zh-CN`
    assert.equal(negotiate({ acceptLanguage: late, fallback: 'en' }), 'en')
  })
})
