import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { needs } from '../support/needs.ts'
import { DESKTOP, openStage, PHONE, type Stage } from './stage.ts'
import type { Visitor } from './visitor.ts'

const CHOICE = 'How do you want to confirm it’s you?'
const QUESTION = 'Enter the code we emailed you'
const WAIT_MS_MAX = 45_000

describe('a person who does not go straight through', {
  ...needs('chromium'),
  concurrency: 2,
}, () => {
  let stage: Stage
  before(async () => {
    stage = await openStage(['ada', 'bo', 'chen', 'dai', 'eve', 'fang', 'gus', 'hua'])
  })
  after(() => stage[Symbol.asyncDispose]())

  test('is told of a wrong code, keeps the question, and gets in with the right one', async () => {
    await using ada = await asked('ada')
    await ada.answer(wrong(ada.newestMail().code))
    await ada.page.getByText('Not the right code. 4 tries left.').waitFor()
    await ada.sees(QUESTION)
    assert.match(await ada.page.title(), /^Error: 4 tries left – Demo application – Example Corp$/)
    await ada.answer('12 34')
    await ada.page.getByText('Please enter 6 digits, without spaces.').waitFor()
    await ada.sees(QUESTION)
    await ada.answer(ada.newestMail().code)
    assert.equal((await ada.toldToApp())['acr'], 'mfa')
    assert.equal(ada.mailCount(), 1)
  })

  test('has the same code sent again after the wait that the page counts down', async () => {
    await using bo = await asked('bo', PHONE)
    const { code } = bo.newestMail()
    const again = bo.page.getByRole('button', { name: /Send it again/ })
    assert.equal(await again.count(), 0)
    assert.equal(await bo.page.locator('.waiting').isVisible(), true)
    await again.click({ timeout: WAIT_MS_MAX })
    await bo.page.getByText('It’s the same code, so either email works.').waitFor()
    await bo.sees(QUESTION)
    assert.equal(bo.mailCount(), 2)
    assert.equal(bo.newestMail().code, code)
    // The browser posts once more, and it is too soon for another mail.
    await bo.page.reload()
    await bo.page.getByText('Too soon to send it again.').waitFor()
    await bo.sees(QUESTION)
    assert.equal(bo.mailCount(), 2)
    await bo.answer(code)
    assert.equal((await bo.toldToApp())['acr'], 'mfa')
  })

  test('cancels, and the application hears of it', async () => {
    await using chen = await asked('chen')
    await chen.press('Cancel this sign-in')
    await chen.sees('You cancelled this sign-in')
    await chen.page.getByRole('link', { name: 'Back to Demo application' }).click()
    await chen.page.getByRole('heading', { name: 'Not signed in' }).waitFor()
    assert.ok(chen.page.url().startsWith(stage.world.app))
    await chen.page.getByText('access_denied').waitFor()
  })

  test('finds the question where it was by Back, Forward and Reload, and gets no second mail', async () => {
    await using dai = await asked('dai')
    const { page } = dai
    for (const move of ['reload', 'goBack', 'goForward', 'reload'] as const) {
      await page[move]()
      await dai.sees(QUESTION)
    }
    assert.equal(dai.mailCount(), 1)
    await dai.answer(dai.newestMail().code)
    assert.equal((await dai.toldToApp())['acr'], 'mfa')

    // Back again once it is over: nothing is asked, sent or answered twice.
    await page.goBack()
    await dai.sees('Another tab finished this sign-in')
    assert.equal(dai.mailCount(), 1)
  })

  test('takes another way without losing the first', async () => {
    await using eve = await asked('eve')
    await eve.page.getByRole('link', { name: /Use another way/ }).click()
    await eve.sees(CHOICE)
    await eve.page.goBack()
    await eve.sees(QUESTION)
    await eve.answer(eve.newestMail().code)
    assert.equal((await eve.toldToApp())['acr'], 'mfa')
    assert.equal(eve.mailCount(), 1)
  })

  test('goes on in either of two tabs, and the other one says that it is over', async () => {
    await using fang = await asked('fang')
    const other = await fang.context.newPage()
    await other.goto(fang.entrance())
    await fang.sees(QUESTION, other)
    assert.equal(fang.mailCount(), 1)
    await fang.answer(fang.newestMail().code)
    await fang.toldToApp()
    await other.locator('#code').fill(fang.newestMail().code)
    await other.locator('#code').press('Enter')
    await fang.sees('Another tab finished this sign-in', other)
  })

  test('is the only one who can: another browser with the same address is refused', async () => {
    await using gus = await asked('gus')
    await using thief = await stage.visit('gus')
    const response = await thief.page.goto(gus.entrance())
    assert.equal(response?.status(), 403)
    await thief.sees('This sign-in belongs to another browser')
    await gus.answer(gus.newestMail().code)
    assert.equal((await gus.toldToApp())['acr'], 'mfa')
    assert.equal(gus.mailCount(), 1)
  })

  test('is taken across to the application by a link where the page may not go on by itself', async () => {
    await using hua = await asked('hua', PHONE)
    const back = '**/2fa/callback?*'
    await hua.page.route(back, (route) => route.fulfill({ status: 204 }))
    await hua.answer(hua.newestMail().code)
    await hua.sees('Thank you, that’s you')
    await hua.page.unroute(back)
    await hua.page.getByRole('link', { name: 'Continue to Demo application' }).click()
    assert.equal((await hua.toldToApp())['acr'], 'mfa')
  })

  /** Up to the question for a code by email. */
  async function asked(username: string, options = DESKTOP): Promise<Visitor> {
    const visitor = await stage.visit(username, options)
    await visitor.signIn()
    await visitor.press(/Email me a code/)
    await visitor.sees(QUESTION)
    return visitor
  }
})

const wrong = (code: string) => (code === '000000' ? '111111' : '000000')
