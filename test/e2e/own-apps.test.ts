import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { needs } from '../support/needs.ts'
import { codeAfter, codeNow } from './oathtool.ts'
import { DESKTOP, openStage, PHONE, type Stage } from './stage.ts'
import type { Visitor } from './visitor.ts'

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

/** From the link at the provider to the first app, by a code to their address. */
async function setUpFirst(visitor: Visitor, heading: string) {
  await visitor.signIn('/sign-in?manage')
  // Nothing is sent before they say so.
  await visitor.press(new RegExp(`^${heading}`))
  await visitor.page.locator('#code').waitFor()
  await visitor.answer(visitor.newestMail().code)
  await visitor.sees(heading)
  const key = await visitor.shownKey()
  const code = await codeNow(key)
  await visitor.answer(code)
  return { key, code }
}

describe('a person who looks after their OTP apps', {
  ...needs('chromium', 'oathtool'),
  concurrency: false,
}, () => {
  let stage: Stage
  before(async () => {
    stage = await openStage(['ada', 'bo', 'cy'])
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
      await setUpFirst(visitor, word.setUp)
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

  test('comes back with the app that they have, which stays where nothing else is enabled', async () => {
    await using visitor = await stage.visit('cy', PHONE)
    const { page } = visitor
    const word = WORDS['en-US']
    const { key, code } = await setUpFirst(visitor, word.setUp)
    await visitor.meets(word.list)
    await visitor.press(word.done)
    await visitor.toldToApp()

    const { world } = stage
    const file = join(world.folder, 'policy.yaml')
    const policy: object = parse(world.command('policy', 'show'))
    writeFileSync(file, stringify({ ...policy, factors: ['totp'] }))
    world.command('policy', 'apply', file)
    await visitor.signIn('/sign-in?manage')
    await visitor.sees('Enter the code from your OTP app')
    await visitor.answer(await codeAfter(code, key))
    await visitor.sees(word.list)
    await page.getByRole('link', { name: `${word.remove} ${word.first}` }).click()
    await page.getByText('This is your only way.').waitFor()
    await visitor.sees(word.removing)
    assert.equal(await page.getByRole('button', { name: word.remove }).count(), 0)
    await page.getByRole('link', { name: 'Back' }).click()
    await visitor.meets(word.list)
    await visitor.press(word.done)
    const { acr, amr } = await visitor.toldToApp()
    assert.deepEqual([acr, amr], ['mfa-app', ['pwd', 'otp']])
    assert.equal(visitor.mailCount(), 1)
  })
})
