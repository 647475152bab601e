import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { needs } from '../support/needs.ts'
import { launch } from './chromium.ts'

const css = readFileSync(new URL('../../src/portal/assets/style.css', import.meta.url), 'utf8')

test(
  'the wait before another code ends in a button, without a script',
  needs('chromium'),
  async () => {
    await using browser = await launch()
    for (const seconds of [5, 30, 45, 120]) {
      const page = await browser.newPage()
      await page.setContent(
        `<style>${css}</style><div class="swap wait-${seconds}"><div class="waiting"><span class="count"></span></div><form><button>Again</button></form></div>`,
      )
      assert.equal(await shown(), 'visible hidden')
      // The browser's own clock is moved, so that nobody waits.
      await page.evaluate(
        `document.getAnimations().forEach((animation) => { animation.currentTime = ${seconds * 1000 + 500} })`,
      )
      assert.equal(await shown(), 'hidden visible')

      function shown() {
        return page.evaluate(
          `[...document.querySelectorAll('.swap > *')].map((it) => getComputedStyle(it).visibility).join(' ')`,
        )
      }
    }
  },
)
