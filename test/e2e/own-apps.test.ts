import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { needs } from '../support/needs.ts'
import { codeNow } from './oathtool.ts'
import { DESKTOP, openStage, PHONE, type Stage } from './stage.ts'

const WORDS = {
  'en-US': {
    ...{ list: 'Ways to confirm it’s you', setUp: 'Set up your OTP app', add: 'Add an OTP app' },
    ...{ name: 'Name (optional)', rename: 'Rename', naming: 'Name this app', named: 'Name' },
    ...{ remove: 'Remove', removing: /^Remove “/, keep: 'Keep it', done: 'Done', first: 'OTP app' },
    tablet: 'Tablet at home',
  },
  'zh-CN': {
    ...{ list: '我的验证方式', setUp: '绑定身份验证器', add: '添加身份验证器' },
    ...{ name: '名称（选填）', rename: '重命名', naming: '为此身份验证器命名', named: '名称' },
    ...{ remove: '移除', removing: /^移除「/, keep: '保留', done: '完成', first: '身份验证器' },
    tablet: '家里的平板',
  },
} as const

describe('a person who looks after their OTP apps', {
  ...needs('chromium', 'oathtool'),
  concurrency: 2,
}, () => {
  let stage: Stage
  before(async () => {
    stage = await openStage(['ada', 'bo'])
  })
  after(() => stage[Symbol.asyncDispose]())

  const LOOKS = [
    { person: 'ada', locale: 'en-US', options: DESKTOP },
    { person: 'bo', locale: 'zh-CN', options: PHONE },
  ] as const
  for (const { person, locale, options } of LOOKS)
    test(`sets one up, adds another, names it, takes the first away and goes on, in ${locale}`, async () => {
      await using visitor = await stage.visit(person, { ...options, locale })
      const { page } = visitor
      const word = WORDS[locale]
      await visitor.signIn('/sign-in?manage')
      await page.locator('#code').waitFor()
      await visitor.answer(visitor.newestMail().code)
      await visitor.sees(word.setUp)
      await visitor.answer(await codeNow(await visitor.shownKey()))

      await visitor.sees(word.list)
      await page.reload()
      await visitor.meets(word.list)
      await visitor.press(word.add)
      await visitor.sees(word.add)
      await page.getByLabel(word.name).fill(word.tablet)
      await visitor.answer(await codeNow(await visitor.shownKey()))
      await visitor.sees(word.list)
      assert.equal(await page.locator('.own > li').count(), 2)
      await page.goBack()
      await page.goForward()
      await visitor.meets(word.list)

      // By the keyboard alone: the link says of which one it is.
      await page.getByRole('link', { name: `${word.rename} ${word.first}`, exact: true }).focus()
      await page.keyboard.press('Enter')
      await visitor.sees(word.naming)
      await page.getByLabel(word.named).fill('<b>1</b>')
      await page.keyboard.press('Enter')
      await visitor.meets(word.list)
      await page.getByRole('link', { name: `${word.remove} <b>1</b>` }).click()
      await visitor.sees(word.removing)
      await page.getByRole('link', { name: word.keep }).click()
      await visitor.meets(word.list)
      await page.getByRole('link', { name: `${word.remove} <b>1</b>` }).click()
      await visitor.press(word.remove)
      await visitor.sees(word.list)
      assert.deepEqual(await page.locator('.own b').allInnerTexts(), [word.tablet])
      await visitor.press(word.done)
      assert.equal((await visitor.toldToApp())['acr'], 'mfa')
    })
})
