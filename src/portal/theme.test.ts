import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { checkTheme, themeCss } from './theme.ts'

const hex = fc
  .integer({ min: 0, max: 0xffffff })
  .map((value) => `#${value.toString(16).padStart(6, '0')}`)

describe('a theme', () => {
  test('is ours where the operator names no colour', () => {
    const [light, dark] = checkTheme({ brand: null, brandDark: null })
    assert.equal(light?.brand, '#0b4b54')
    assert.equal(light?.onBrand, '#ffffff')
    assert.ok((light?.textRatio ?? 0) > 9)
    assert.equal(dark?.onBrand, '#04201f')
  })

  test('takes ink on a pale brand and a darker mark that can be told from the page', () => {
    const [light] = checkTheme({ brand: '#ffb800', brandDark: null })
    assert.equal(light?.onBrand, '#12201e')
    assert.notEqual(light?.mark, '#ffb800')
  })

  test('keeps text and path readable under any colour', () => {
    const promise = fc.property(hex, hex, (brand, brandDark) => {
      for (const { textRatio, markRatio } of checkTheme({ brand, brandDark })) {
        assert.ok(textRatio >= 4.5, `${brand} ${brandDark} ${textRatio}`)
        assert.ok(markRatio >= 3, `${brand} ${brandDark} ${markRatio}`)
      }
    })
    fc.assert(promise, { seed: 1, numRuns: 2_000 })
  })

  test('puts nothing but a colour in the style sheet', () => {
    const css = themeCss({ brand: 'red;}body{display:none', brandDark: '#fff' })
    assert.ok(!css.includes('display'))
    assert.match(css, /--brand:#0b4b54/)
  })
})
