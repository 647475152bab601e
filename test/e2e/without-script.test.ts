import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { needs } from '../support/needs.ts'
import { codeAfter, codeNow } from './oathtool.ts'
import { DESKTOP, openStage, PHONE, type Stage } from './stage.ts'

const WAIT_MS_MAX = 45_000

describe('a person whose browser runs no script', {
  ...needs('chromium', 'oathtool'),
  concurrency: 2,
}, () => {
  let stage: Stage
  before(async () => {
    stage = await openStage(['ada', 'bo'])
  })
  after(() => stage[Symbol.asyncDispose]())

  test('signs in by email, after a wrong code, a change of language and a second mail', async () => {
    await using ada = await stage.visit('ada', { ...PHONE, javaScriptEnabled: false })
    await ada.signIn()
    await ada.sees('How do you want to confirm it’s you?')
    await ada.press('简体中文')
    await ada.sees('请选择验证方式')
    await ada.press(/邮件验证码/)
    await ada.sees('请输入邮件中的验证码')
    const { code } = ada.newestMail()
    await ada.answer(code === '000000' ? '111111' : '000000')
    await ada.page.getByText('验证码不正确，还可输入 4 次。').waitFor()
    await ada.page.getByRole('button', { name: /重新发送/ }).click({ timeout: WAIT_MS_MAX })
    await ada.page.getByText('已重新发送。').waitFor()
    assert.equal(ada.mailCount(), 2)
    await ada.answer(code)
    const { acr, amr } = await ada.toldToApp()
    assert.deepEqual([acr, amr], ['mfa', ['pwd', 'otp']])
  })

  test('sets up an OTP app and signs in with it', async () => {
    await using bo = await stage.visit('bo', { ...DESKTOP, javaScriptEnabled: false })
    await bo.signIn()
    await bo.press(/Set up your OTP app/)
    await bo.sees(/First, a code to/)
    await bo.answer(bo.newestMail().code)
    await bo.sees('Set up your OTP app')
    const key = await bo.shownKey()
    const code = await codeNow(key)
    await bo.answer(code)
    assert.equal((await bo.toldToApp())['acr'], 'mfa')

    await bo.signIn('/sign-in?acr=mfa-app')
    await bo.sees('Enter the code from your OTP app')
    await bo.answer(await codeAfter(code, key))
    assert.equal((await bo.toldToApp())['acr'], 'mfa-app')
  })
})
