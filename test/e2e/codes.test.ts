import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { needs } from '../support/needs.ts'
import { codeNow } from './oathtool.ts'
import { DESKTOP, openStage, PHONE, type Stage } from './stage.ts'

const SETUP = 'Enter the setup code from the IT service desk'

describe('a person to whom the help desk hands a code', {
  ...needs('chromium', 'oathtool'),
  concurrency: 2,
}, () => {
  let stage: Stage
  before(async () => {
    stage = await openStage(['ada', 'bo'])
    const { world } = stage
    const file = join(world.folder, 'policy.yaml')
    const policy = world.command('policy', 'show')
    const bound = policy.replace('firstEnrolment: contact', 'firstEnrolment: bindCode')
    writeFileSync(file, bound.replace('- contact', '- bind-code'))
    assert.match(world.command('policy', 'apply', file), /Policy 1 is in force/)
  })
  after(() => stage[Symbol.asyncDispose]())

  const codeFor = (kind: 'bind-code' | 'bypass-code', who: string): string =>
    JSON.parse(stage.world.command('user', kind, who, '--json')).code

  test('sets up an OTP app with it, on a phone, and types it as it is read out', async () => {
    await using ada = await stage.visit('ada', PHONE)
    await ada.signIn()
    await ada.sees('How do you want to confirm it’s you?')
    await ada.press(/Set up your OTP app/)
    await ada.sees(SETUP)
    assert.equal(await ada.page.locator(':focus').getAttribute('id'), 'code')
    await ada.answer('0000 0000 0000')
    await ada.page.getByText('That code doesn’t work.').waitFor()
    await ada.sees(SETUP)
    const code = codeFor('bind-code', 'ada')
    await ada.answer(code.toLowerCase().replaceAll('-', ' '))
    await ada.sees('Set up your OTP app')
    await ada.answer(await codeNow(await ada.shownKey()))
    const { acr, amr } = await ada.toldToApp()
    assert.deepEqual([acr, amr], ['mfa-app', ['pwd', 'otp']])
    assert.equal(ada.mailCount(), 0)
  })

  test('signs in once with it, with nothing but a keyboard', async () => {
    const code = codeFor('bypass-code', 'bo')
    await using bo = await stage.visit('bo', DESKTOP)
    const { page } = bo
    await bo.signIn()
    await bo.sees('How do you want to confirm it’s you?')
    const way = page.getByRole('button', { name: /Use a code from the IT service desk/ })
    for (let stop = 0; stop < 20; stop++) {
      if ((await page.locator(':focus').and(way).count()) === 1) break
      await page.keyboard.press('Tab')
    }
    await page.keyboard.press('Enter')
    await bo.sees('Enter the one-time code from the IT service desk')
    await page.keyboard.type(code)
    await page.keyboard.press('Enter')
    const { acr, amr } = await bo.toldToApp()
    assert.deepEqual([acr, amr], ['mfa', ['pwd', 'bypass']])

    await using again = await stage.visit('bo', DESKTOP)
    await again.signIn()
    await again.sees('How do you want to confirm it’s you?')
    assert.equal(await again.page.getByText('Use a code from').count(), 0)
  })
})
