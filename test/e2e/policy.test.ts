import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { type CommandLine, createCommandLine } from '../support/command-line.ts'
import { needs } from '../support/needs.ts'
import { type Company, openCompany } from './company.ts'
import { DESKTOP, PHONE } from './stage.ts'
import type { Visitor } from './visitor.ts'

const LOCAL = { directory: { name: 'local', type: 'local', defaultCountry: 'CN' }, files: {} }
const CHOICE = 'How do you want to confirm it’s you?'
const QUESTION = 'Enter the code we emailed you'

type House = AsyncDisposable & { readonly company: Company; readonly operator: CommandLine }

type Over = Partial<Parameters<typeof openCompany>[0]> & {
  /** What the IAM itself saw of whom. */
  readonly saw?: Readonly<Record<string, readonly string[]>>
}

async function open(people: readonly string[], { saw = {}, ...over }: Over = {}): Promise<House> {
  const users = people.map((username) => ({
    ...{ username, email: `${username}@kestrel.example`, amr: saw[username] ?? [] },
  }))
  const settings = { factors: ['email', 'totp'], ...over.settings }
  const company = await openCompany({ directories: [LOCAL], users, ...over, settings })
  for (const { username, email } of users) {
    assert.ok((await company.app.people.add('test', { username, emails: [email] })).ok)
  }
  return {
    ...{ company, operator: createCommandLine(company.app) },
    [Symbol.asyncDispose]: () => company[Symbol.asyncDispose](),
  }
}

const EXEMPT = { acr: 'exempt', amr: ['pwd'] }
const PROVEN = { acr: 'mfa', amr: ['pwd', 'otp'] }

const claimed = ({ acr, amr }: Readonly<Record<string, unknown>>) => ({ acr, amr })

describe('what an operator decides', { ...needs('chromium'), concurrency: false }, () => {
  test('has one person asked where nobody is, and lets one pass where everybody is', async () => {
    await using house = await open(['ada', 'bo'])
    const { company, operator } = house
    await using bo = await company.visit('bo', PHONE)
    await bo.signIn()
    await bo.sees(CHOICE)
    await operator(['user', 'set', 'bo', '--status', 'disabled'])
    await bo.signIn()
    assert.deepEqual(claimed(await bo.toldToApp()), EXEMPT)

    await put(operator, { enabled: false })
    await using ada = await company.visit('ada')
    await ada.signIn()
    assert.deepEqual(claimed(await ada.toldToApp()), EXEMPT)
    await operator(['user', 'set', 'ada', '--status', 'enabled'])
    await ada.signIn()
    await prove(ada)
    assert.deepEqual(claimed(await ada.toldToApp()), PROVEN)
    await operator(['user', 'set', 'ada', '--status', 'global'])
    await ada.signIn()
    assert.deepEqual(claimed(await ada.toldToApp()), EXEMPT)
  })

  test('gives one person a language and a factor of their own', async () => {
    await using house = await open(['ada'], { settings: { factors: ['totp'] } })
    const { company, operator } = house
    const set = ['user', 'set', 'ada', '--language', 'zh-CN', '--factors', 'sms,email']
    assert.equal((await operator([...set, '--phone', '13812345678'])).code, 0)
    await using ada = await company.visit('ada', PHONE)
    await ada.signIn()
    await ada.press(/短信验证码/)
    await ada.sees(/^请输入\u200b?短信中的\u200b?验证码$/)
    const { text, code } = company.gateway.last()
    assert.match(text, /登录验证码，5分钟内有效/)
    await ada.answer(code)
    assert.deepEqual(claimed(await ada.toldToApp()), { acr: 'mfa', amr: ['pwd', 'sms', 'otp'] })
  })

  test('exempts those of a network, which an application that insists does not take', async () => {
    const rules = [{ name: 'from here', networks: ['127.0.0.0/8', '::1'], then: 'exempt' }]
    await using house = await open(['ada'], { settings: { rules } })
    await using ada = await house.company.visit('ada')
    await ada.signIn()
    assert.deepEqual(claimed(await ada.toldToApp()), EXEMPT)
    await ada.signIn('/sign-in?acr=mfa-app')
    await ada.sees('You need a stronger way to sign in to Demo application')
    await ada.page.getByRole('link', { name: 'Back to Demo application' }).click()
    await ada.page.getByRole('heading', { name: 'Not signed in' }).waitFor()
    await ada.page.getByText('unmet_authentication_requirements').waitFor()
  })

  test('takes the word of the IAM for a second factor that it saw itself, and says whose word it is', async () => {
    await using house = await open(['ada', 'bo'], {
      client: { delegatedAmr: ['hwk'] },
      saw: { ada: ['hwk'] },
    })
    await using ada = await house.company.visit('ada')
    await ada.signIn()
    assert.deepEqual(claimed(await ada.toldToApp()), { acr: 'delegated', amr: ['pwd', 'hwk'] })
    await using bo = await house.company.visit('bo')
    await bo.signIn()
    await prove(bo)
    assert.deepEqual(claimed(await bo.toldToApp()), PROVEN)
  })

  for (const [language, options, title, again, text] of [
    ['English', DESKTOP, 'We have nowhere to send your code', 'Try again', /Text me a code/],
    ['Chinese', { ...PHONE, locale: 'zh-CN' }, /./, '重试', /短信验证码/],
  ] as const)
    test(`lets somebody in who is told that a phone is missing, once there is one, in ${language}`, async () => {
      await using house = await open(['ada'], { settings: { factors: ['sms'] } })
      const { company, operator } = house
      await using ada = await company.visit('ada', options)
      await ada.signIn()
      await ada.sees(title)
      assert.equal(company.gateway.asked(), 0)
      assert.equal((await operator(['user', 'set', 'ada', '--phone', '13812345678'])).code, 0)
      await ada.press(again)
      await ada.press(text)
      await ada.page.locator('#code').waitFor()
      await ada.answer(company.gateway.last().code)
      assert.deepEqual(claimed(await ada.toldToApp()), { acr: 'mfa', amr: ['pwd', 'sms', 'otp'] })
    })
})

async function prove(visitor: Visitor): Promise<void> {
  await visitor.sees(CHOICE)
  await visitor.press(/Email me a code/)
  await visitor.sees(QUESTION)
  await visitor.answer(visitor.newestMail().code)
}

async function put(operator: CommandLine, over: object): Promise<void> {
  const shown = parse((await operator(['policy', 'show'])).out)
  assert.equal((await operator(['policy', 'apply', '-'], stringify({ ...shown, ...over }))).code, 0)
}
