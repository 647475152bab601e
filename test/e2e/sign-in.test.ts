import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { needs } from '../support/needs.ts'
import { codeAfter, codeNow } from './oathtool.ts'
import { DESKTOP, openStage, PHONE, type Stage } from './stage.ts'

const CHINESE = { locale: 'zh-CN' }

describe('a person who signs in to an application', {
  ...needs('chromium', 'oathtool'),
  concurrency: 2,
}, () => {
  let stage: Stage
  before(async () => {
    stage = await openStage(['ada', 'bo', 'chen', 'dai', 'eve', 'fang'])
  })
  after(() => stage[Symbol.asyncDispose]())

  test('confirms it with a code by email, on a phone', async () => {
    await using ada = await stage.visit('ada', PHONE)
    const since = secondsNow()
    await ada.signIn()
    await ada.sees('How do you want to confirm it’s you?')
    assert.equal(ada.mailCount(), 0)
    await ada.press(/Email me a code/)
    await ada.sees('Enter the code we emailed you')
    assert.equal(ada.newestMail().subject, 'Your code for Demo application')
    await ada.answer(ada.newestMail().code)
    isProven(await ada.toldToApp(), { acr: 'mfa', since })
  })

  test('is spoken to in Chinese by a Chinese browser, on a desktop', async () => {
    await using bo = await stage.visit('bo', { ...DESKTOP, ...CHINESE })
    const since = secondsNow()
    await bo.signIn()
    await bo.sees('请选择验证方式')
    await bo.press(/邮件验证码/)
    await bo.sees('请输入邮件中的验证码')
    assert.equal(bo.newestMail().subject, 'Demo application登录验证码')
    await bo.answer(bo.newestMail().code)
    isProven(await bo.toldToApp(), { acr: 'mfa', since })
  })

  test('hears the language that the application asks for before that of the browser', async () => {
    await using chen = await stage.visit('chen', PHONE)
    await chen.signIn('/sign-in?locale=zh-CN')
    await chen.sees('请选择验证方式')
    assert.equal(await chen.page.locator('html').getAttribute('lang'), 'zh-CN')
  })

  test('changes the language on the way and keeps the question', async () => {
    await using dai = await stage.visit('dai', DESKTOP)
    await dai.signIn()
    await dai.press(/Email me a code/)
    await dai.sees('Enter the code we emailed you')
    const { code } = dai.newestMail()
    await dai.press('简体中文')
    await dai.sees('请输入邮件中的验证码')
    await dai.press('English')
    await dai.sees('Enter the code we emailed you')
    await dai.press('简体中文')
    await dai.sees('请输入邮件中的验证码')
    await dai.answer(code)
    assert.equal((await dai.toldToApp())['acr'], 'mfa')
    assert.equal(dai.mailCount(), 1)
  })

  const RUNS = [
    {
      ...{ person: 'eve', on: 'a desktop', options: DESKTOP },
      ...{ choice: /Set up your OTP app/, first: /First, a code to e•••e@/ },
      ...{ setUp: 'Set up your OTP app' },
      ...{ confirm: 'Turn on and continue', ask: 'Enter the code from your OTP app' },
    },
    {
      ...{ person: 'fang', on: 'a phone, in Chinese', options: { ...PHONE, ...CHINESE } },
      ...{ choice: /绑定身份验证器/, first: /请先验证 f•••g@/, setUp: '绑定身份验证器' },
      ...{ confirm: '完成绑定并继续', ask: '请输入身份验证器中的验证码' },
    },
  ]
  for (const { person, on, options, choice, first, setUp, confirm, ask } of RUNS)
    test(`sets up an OTP app once, and then has it asked for where one is required, on ${on}`, async () => {
      await using visitor = await stage.visit(person, options)
      const { page } = visitor
      const since = secondsNow()
      await visitor.signIn()
      await visitor.press(choice)
      await visitor.sees(first)
      await visitor.answer(visitor.newestMail().code)
      await visitor.sees(setUp)
      const key = await visitor.shownKey()
      const link = (await page.locator('a[href^="otpauth:"]').getAttribute('href')) ?? ''
      assert.equal(new URL(link).searchParams.get('secret'), key)
      const code = await codeNow(key)
      await page.locator('#code').fill(code)
      await visitor.press(confirm)
      isProven(await visitor.toldToApp(), { acr: 'mfa', since })

      const again = secondsNow()
      await visitor.signIn('/sign-in?acr=mfa-app')
      await visitor.sees(ask)
      await visitor.answer(await codeAfter(code, key))
      isProven(await visitor.toldToApp(), { acr: 'mfa-app', since: again })
      assert.equal(visitor.mailCount(), 1)
    })
})

const secondsNow = () => Math.floor(Date.now() / 1000)

type Claims = Readonly<Record<string, unknown>>

/** What was proven, and that it was proven just now. */
function isProven(claims: Claims, { acr, since }: { acr: string; since: number }): void {
  const { amr, auth_time: at } = claims
  assert.deepEqual({ acr: claims['acr'], amr }, { acr, amr: ['pwd', 'otp'] })
  assert.ok(typeof at === 'number' && at >= since && at <= secondsNow(), `${at}`)
}
