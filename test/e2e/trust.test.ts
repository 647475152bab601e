import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Binding } from '../../src/kernel/index.ts'
import { needs } from '../support/needs.ts'
import { AWAY, HOME, LOOPBACK } from '../support/trust.ts'
import { type Company, openCompany } from './company.ts'
import { DESKTOP, PHONE } from './stage.ts'
import type { Visitor } from './visitor.ts'

const LOCAL = { directory: { name: 'local', type: 'local', defaultCountry: 'CN' }, files: {} }
const ENGLISH = {
  options: PHONE,
  question: 'Enter the code we emailed you',
  box: 'Don’t ask here again for 12 hours',
  network: 'From this network, you won’t be asked again for 12 hours.',
}
const CHINESE = {
  options: { ...DESKTOP, locale: 'zh-CN' },
  question: /^请输入\u200b?邮件中的\u200b?验证码$/,
  box: /12\s?小时内在此设备上不再要求验证码/,
  network: /12\s?小时内从此网络登录时不再要求验证码。/,
}
const PROVEN = { acr: 'mfa', amr: ['pwd', 'otp'] }

/** Behind a proxy that is listed, where `ada` has one address. */
async function open(binding: Binding): Promise<Company> {
  const email = 'ada@kestrel.example'
  const company = await openCompany({
    directories: [LOCAL],
    users: [{ username: 'ada', email }],
    settings: {
      listen: { port: 8080, trustedProxies: LOOPBACK },
      trust: { hours: '12h', binding },
    },
  })
  assert.ok((await company.app.people.add('test', { username: 'ada', emails: [email] })).ok)
  return company
}

/** What the proxy in front would say of where they are. */
const at = (visitor: Visitor, ip: string) =>
  visitor.context.setExtraHTTPHeaders({ 'x-forwarded-for': ip })

async function prove(visitor: Visitor): Promise<void> {
  await visitor.answer(visitor.newestMail().code)
  assert.deepEqual(claimed(await visitor.toldToApp()), PROVEN)
}

const claimed = ({ acr, amr }: Readonly<Record<string, unknown>>) => ({ acr, amr })

describe('trust in a browser', { ...needs('chromium'), concurrency: false }, () => {
  for (const [binding, words] of [
    ['ip+device', ENGLISH],
    ['device', CHINESE],
  ] as const)
    test(`that is bound to ${binding} is for who ticked the box, until they prove it elsewhere`, async () => {
      await using company = await open(binding)
      await using ada = await company.visit('ada', words.options)
      await at(ada, HOME)
      await ada.signIn()
      await ada.sees(words.question)
      const box = ada.page.getByLabel(words.box)
      assert.equal(await box.isChecked(), false)
      await prove(ada)

      company.wait()
      await ada.signIn()
      await ada.sees(words.question)
      // By the keyboard, as they are who can't aim at it.
      await box.focus()
      await ada.page.keyboard.press('Space')
      assert.equal(await box.isChecked(), true)
      await prove(ada)

      const sent = ada.mailCount()
      await ada.signIn()
      assert.deepEqual(claimed(await ada.toldToApp()), PROVEN)
      assert.equal(ada.mailCount(), sent)
      assert.equal(await used(company), 1)

      company.wait()
      await at(ada, AWAY)
      await ada.signIn()
      if (binding === 'device') await ada.toldToApp()
      else await ada.sees(words.question)
      assert.equal(await used(company), binding === 'device' ? 2 : 1)

      company.wait()
      await using other = await company.visit('ada', words.options)
      await at(other, HOME)
      await other.signIn()
      await other.sees(words.question)
    })

  for (const [language, words] of [
    ['English', ENGLISH],
    ['Chinese', CHINESE],
  ] as const)
    test(`that is bound to ip has no box, and a line that says how long, in ${language}`, async () => {
      await using company = await open('ip')
      await using ada = await company.visit('ada', words.options)
      await at(ada, HOME)
      await ada.signIn()
      await ada.sees(words.question)
      assert.equal(await ada.page.getByRole('checkbox').count(), 0)
      await ada.page.getByText(words.network).waitFor()
      await prove(ada)

      await using beside = await company.visit('ada', words.options)
      await at(beside, HOME)
      await beside.signIn()
      assert.deepEqual(claimed(await beside.toldToApp()), PROVEN)
      assert.equal(await used(company), 1)

      company.wait()
      await at(beside, AWAY)
      await beside.signIn()
      await beside.sees(words.question)
    })
})

async function used({ app }: Company): Promise<number> {
  return (await app.events()).filter(({ event }) => event === 'trust.used').length
}
