import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LOCALES } from '../../src/kernel/index.ts'
import { needs } from '../support/needs.ts'
import { launch } from './chromium.ts'
import { LOOKS, openGallery } from './gallery-tour.ts'

describe('every page and what it says of every move', {
  ...needs('chromium'),
  concurrency: 2,
}, () => {
  for (const locale of LOCALES)
    test(`is accessible, fits and is free of complaints on phone and desktop, light and dark, in ${locale}`, async () => {
      await using gallery = await openGallery(null)
      await using browser = await launch()
      const { names } = gallery
      assert.ok(names.length > 30)
      assert.deepEqual(await gallery.tour(browser, locale, { looks: LOOKS, names }), [])
    })
})
