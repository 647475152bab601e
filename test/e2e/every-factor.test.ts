import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { BrowserContextOptions } from 'playwright-core'
import { sambaConfig } from '../support/directory-samba.ts'
import { slapdConfig } from '../support/directory-slapd.ts'
import { needs } from '../support/needs.ts'
import type { Inhabitant } from '../support/population/people.ts'
import { sambaEntry, sambaPopulation } from '../support/population/samba.ts'
import { slapdEntry, slapdPopulation } from '../support/population/slapd.ts'
import { startSamba } from '../support/samba.ts'
import { startSlapd } from '../support/slapd.ts'
import { type Company, openCompany } from './company.ts'
import { codeNow } from './oathtool.ts'
import { DESKTOP, PHONE } from './stage.ts'

/** What a person reads on the way, and where. */
type Speech = {
  readonly in: string
  readonly options: BrowserContextOptions
  readonly choose: string | RegExp
  readonly email: readonly [button: RegExp, title: RegExp]
  readonly sms: readonly [button: RegExp, title: RegExp]
  readonly enrol: readonly [button: RegExp, first: RegExp, title: RegExp, go: string]
  readonly app: RegExp
}

const SPEECHES: readonly Speech[] = [
  {
    ...{ in: 'English', options: DESKTOP, choose: 'How do you want to confirm it’s you?' },
    email: [/Email me a code/, /^Enter the code we emailed you$/],
    sms: [/Text me a code/, /^Enter the code we texted you$/],
    enrol: [
      ...([/Set up your OTP app/, /^First, a code to /, /^Set up your OTP app$/] as const),
      'Turn on and continue',
    ],
    app: /^Enter the code from your OTP app$/,
  },
  {
    ...{ in: 'Chinese', options: { ...PHONE, locale: 'zh-CN' }, choose: '请选择验证方式' },
    email: [/邮件验证码/, /^请输入\u200b?邮件中的\u200b?验证码$/],
    sms: [/短信验证码/, /^请输入\u200b?短信中的\u200b?验证码$/],
    enrol: [
      ...([/绑定身份验证器/, /^请先验证\u200b? /, /^绑定身份验证器$/] as const),
      '完成绑定并继续',
    ],
    app: /^请输入\u200b?身份验证器中的\u200b?验证码$/,
  },
]

const LADDER = [
  { value: 'mfa', factors: ['email', 'sms', 'totp'] },
  // As in the demo, an app that was set up by a code to a contact will do.
  { value: 'mfa-app', factors: ['totp'], enrolledBy: ['contact'] },
]

const DIRECTORIES = ['local', 'ldap', 'corp'] as const
const NAMED = { local: 'a local directory', ldap: 'OpenLDAP', corp: 'Active Directory' }

const STAFF = DIRECTORIES.flatMap((directory, n) =>
  SPEECHES.map((speech, m): Inhabitant & { directory: string; speech: Speech } => {
    const login = `${directory}.${speech.in.toLowerCase()}`
    return {
      ...{ directory, speech, login, name: login, mails: [`${login}@kestrel.example`] },
      ...{ mobiles: [`+861381234${n}0${m}0`], telephones: [], language: null },
      ...{ unit: 'Ops', state: 'enabled' },
    }
  }),
)
const of = (directory: string) => STAFF.filter((one) => one.directory === directory)

describe('every factor', needs('chromium', 'oathtool', 'slapd', 'samba'), () => {
  const opening = new AsyncDisposableStack()
  let company: Company
  before(async () => {
    const slapd = opening.use(
      await startSlapd({
        ldif: `${slapdPopulation(0).ldif}${of('ldap')
          .map((one) => slapdEntry(one))
          .join('')}`,
      }),
    )
    const samba = opening.use(
      await startSamba({
        ldif: `${sambaPopulation(0).ldif}${of('corp')
          .map((one) => sambaEntry(one))
          .join('')}`,
      }),
    )
    const match = ['sAMAccountName']
    const local = { directory: { name: 'local', type: 'local' }, files: {} }
    company = opening.use(
      await openCompany({
        directories: [local, slapdConfig(slapd), sambaConfig(samba, { match })],
        users: STAFF.map(({ login: username, mails: [email = ''] }) => ({ username, email })),
        settings: { factors: ['totp', 'email', 'sms'], acr: LADDER },
      }),
    )
    for (const { login: username, mails: emails, mobiles: phones } of of('local'))
      assert.ok((await company.app.people.add('test', { username, emails, phones })).ok)
  })
  after(() => opening.disposeAsync())

  for (const { directory, login, mobiles, speech } of STAFF)
    test(`leads a person of ${NAMED[directory as keyof typeof NAMED]} to a signed acr, in ${speech.in}`, async () => {
      await using person = await company.visit(login, speech.options)
      const { choose, email, sms, enrol, app } = speech

      await person.signIn()
      await person.sees(choose)
      await person.press(email[0])
      await person.sees(email[1])
      await person.answer(person.newestMail().code)
      isProven(await person.toldToApp(), 'mfa', ['pwd', 'otp'])
      company.wait()

      await person.signIn()
      await person.press(sms[0])
      await person.sees(sms[1])
      const text = company.gateway.last()
      assert.equal(text.to, mobiles[0])
      await person.answer(text.code)
      isProven(await person.toldToApp(), 'mfa', ['pwd', 'sms', 'otp'])
      company.wait()

      await person.signIn()
      await person.press(enrol[0])
      await person.sees(enrol[1])
      await person.answer(person.newestMail().code)
      await person.sees(enrol[2])
      const key = await person.shownKey()
      await person.page.locator('#code').fill(await codeNow(key, now()))
      await person.press(enrol[3])
      // Worth what was proven before it.
      isProven(await person.toldToApp(), 'mfa', ['pwd', 'otp'])
      company.wait()

      await person.signIn('/sign-in?acr=mfa-app')
      await person.sees(app)
      await person.answer(await codeNow(key, now()))
      isProven(await person.toldToApp(), 'mfa-app', ['pwd', 'otp'])
      assert.deepEqual(company.gateway.wrong, [])
    })

  const now = () => new Date(company.app.clock.now()).toISOString()

  /** And that it was proven just now. */
  function isProven(claims: Readonly<Record<string, unknown>>, acr: string, amr: unknown): void {
    const at = Math.floor(company.app.clock.now() / 1000)
    assert.deepEqual(
      { acr: claims['acr'], amr: claims['amr'], auth_time: claims['auth_time'] },
      { acr, amr, auth_time: at },
    )
  }
})
