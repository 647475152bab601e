import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { needs } from '../support/needs.ts'
import { codeNow } from './oathtool.ts'
import { DESKTOP, openStage, PHONE, type Stage } from './stage.ts'

const STOPS_MAX = 30

describe('a person with nothing but a keyboard', {
  ...needs('chromium', 'oathtool'),
  concurrency: 2,
}, () => {
  let stage: Stage
  before(async () => {
    stage = await openStage(['ada', 'bo'])
  })
  after(() => stage[Symbol.asyncDispose]())

  const LOOKS = [
    { person: 'ada', on: 'a desktop', options: DESKTOP },
    { person: 'bo', on: 'a phone', options: PHONE },
  ] as const
  for (const { person, on, options } of LOOKS)
    test(`meets everything in the order in which it is read, sees where they are, and gets in, on ${on}`, async () => {
      await using visitor = await stage.visit(person, options)
      const { page } = visitor
      const { keyboard } = page
      const masked = `${person.at(0)}•••${person.length > 2 ? person.at(-1) : ''}@example.com`
      await page.goto(stage.world.app)
      await tabTo(page, 'link "Sign in"')
      await keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Demo IAM' }).waitFor()
      await takesTyping(page)
      await keyboard.type(person)
      await tabTo(page, 'textbox "Password"')
      await keyboard.type(`password of ${person}`)
      await keyboard.press('Enter')

      await visitor.sees('How do you want to confirm it’s you?')
      assert.deepEqual(await stopsOf(page), [
        'button "简体中文"',
        'button "Cancel this sign-in"',
        `button "Set up your OTP app Once, about a minute. First, a code to ${masked}"`,
        `button "Email me a code ${masked}"`,
        'text: None of these work for me Ask the IT service desk',
        'link "IT service desk"',
      ])
      await tabTo(page, 'text: None of these')
      await keyboard.press('Enter')
      await page.getByText('Have the request ID ready.').waitFor()
      await tabTo(page, 'button "Set up your OTP app')
      await keyboard.press('Enter')

      await visitor.sees(/First, a code to/)
      await takesTyping(page)
      assert.equal(await focusOf(page), 'textbox "6-digit code"')
      assert.deepEqual(await stopsOf(page), [
        'button "简体中文"',
        'button "Cancel this sign-in"',
        'textbox "6-digit code"',
        'button "Continue"',
        'link "Use another way Email"',
        'text: Nothing arrived?',
        'link "IT service desk"',
      ])
      await page.reload()
      await takesTyping(page)
      await keyboard.type(visitor.newestMail().code)
      await keyboard.press('Enter')

      await visitor.sees('Set up your OTP app')
      const key = await visitor.shownKey()
      assert.deepEqual(await stopsOf(page), [
        'button "简体中文"',
        'button "Cancel this sign-in"',
        ...(on === 'a phone' ? ['link "Open in an app on this phone"'] : []),
        'textbox "Enter the code the app shows now"',
        'button "Turn on and continue"',
        'link "Use another way this time Email"',
        'link "IT service desk"',
      ])
      await tabTo(page, 'textbox')
      await keyboard.type(await codeNow(key))
      await keyboard.press('Enter')
      assert.equal((await visitor.toldToApp())['acr'], 'mfa')
    })
})

/** Everything that Tab stops at, in order; each must show that it has the focus. */
async function stopsOf(page: Page): Promise<readonly string[]> {
  while ((await focusOf(page)) !== NOWHERE) await page.keyboard.press('Shift+Tab')
  const stops: string[] = []
  for (;;) {
    await page.keyboard.press('Tab')
    const stop = await focusOf(page)
    if (stop === NOWHERE || stops.length > STOPS_MAX) return stops
    assert.ok(await page.evaluate(IS_SHOWN), `the focus cannot be seen: ${stop}`)
    stops.push(stop)
  }
}

/** A page gives its field the focus a moment after it is there; what is typed before that is lost. */
const takesTyping = (page: Page) => page.locator('input:focus').waitFor()

async function tabTo(page: Page, wanted: string): Promise<void> {
  for (let stops = 0; stops < STOPS_MAX; stops++) {
    if ((await focusOf(page)).startsWith(wanted)) return
    await page.keyboard.press('Tab')
  }
  assert.fail(`Tab never comes to ${wanted}`)
}

const NOWHERE = 'nowhere'

/** As a screen reader would name it. */
async function focusOf(page: Page): Promise<string> {
  const focus = page.locator(':focus')
  if ((await focus.count()) === 0) return NOWHERE
  const [first = ''] = (await focus.ariaSnapshot()).split('\n')
  return first.replace(/^- /, '').replace(/:$/, '')
}

/** A ring of at least two pixels, inside the window. */
const IS_SHOWN = `(() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement)
  const { top, bottom } = document.activeElement.getBoundingClientRect()
  return outlineStyle === 'solid' && parseFloat(outlineWidth) >= 2 && top >= 0 && bottom <= innerHeight
})()`
