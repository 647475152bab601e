import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sambaConfig } from '../support/directory-samba.ts'
import { slapdConfig } from '../support/directory-slapd.ts'
import { needs } from '../support/needs.ts'
import type { Inhabitant } from '../support/population/people.ts'
import { sambaEntry, sambaPopulation, upnOf } from '../support/population/samba.ts'
import { slapdEntry, slapdPopulation } from '../support/population/slapd.ts'
import { startSamba } from '../support/samba.ts'
import { type Slapd, startSlapd } from '../support/slapd.ts'
import { until } from '../support/wire-bench.ts'
import { type Company, openCompany, type Written } from './company.ts'
import { PHONE } from './stage.ts'

const MAIL = 'zoe.lin@kestrel.example'
const ZOE: Inhabitant = {
  ...{ login: 'zo\u00eb.lin', name: 'Zo\u00eb Lin', mails: [MAIL], mobiles: [], telephones: [] },
  ...{ language: null, unit: 'Ops', state: 'enabled' },
}
/** As a directory takes them, and as people type them. */
const SPELLINGS = [
  ZOE.login,
  'ZO\u00cb.LIN',
  'zoe\u0308.lin',
  'ｚｏ\u00eb．ｌｉｎ',
  '  Zo\u00eb.Lin ',
  'Zoe.Lin@KESTREL.example',
]

/** Each name is asked about each time. */
const LIVE = { cache: { seconds: 0 } }

type Real = AsyncDisposable & Pick<Slapd, 'start' | 'kill'>
type Kind = {
  readonly what: string
  readonly tool: string
  readonly names: readonly string[]
  open(): Promise<{ readonly server: Real; readonly written: Written }>
}

const KINDS: readonly Kind[] = [
  {
    ...{ what: 'OpenLDAP', tool: 'slapd', names: SPELLINGS },
    async open() {
      const { ldif } = slapdPopulation(0)
      const server = await startSlapd({ ldif: `${ldif}${slapdEntry(ZOE)}` })
      return { server, written: slapdConfig(server, { match: ['uid', 'mail'], ...LIVE }) }
    },
  },
  {
    ...{ what: 'Active Directory', tool: 'samba' },
    names: [
      ...[upnOf(ZOE), `CORP\\${ZOE.login}`, `${ZOE.login}@corp.kestrel.example`],
      ...SPELLINGS,
    ],
    async open() {
      const { ldif } = sambaPopulation(0)
      const server = await startSamba({ ldif: `${ldif}${sambaEntry(ZOE)}` })
      const match = ['userPrincipalName', 'sAMAccountName', 'mail']
      return { server, written: sambaConfig(server, { match, ...LIVE }) }
    },
  },
]
const QUESTION = 'Enter the code we emailed you'
const LOCKED = 'Email codes are paused for 15 minutes'
/** What they are told after each wrong answer: first the challenge's five run out, then the ten that all names share. */
const LEFT: readonly (readonly string[])[] = [
  ...[1, 2, 3].map(() => ['4 tries left', '3 tries left']),
  ['3 tries left', '2 tries left'],
  ['One try left', LOCKED],
]
const DOWN = 'We’re not available right now'
const otherThan = (code: string) => (code === '000000' ? '111111' : '000000')

for (const { what, tool, names, open } of KINDS)
  describe(`a person of ${what}`, needs('chromium', tool), () => {
    const opening = new AsyncDisposableStack()
    let server: Real
    let company: Company
    before(async () => {
      const opened = await open()
      server = opening.use(opened.server)
      const zoe = { username: ZOE.login, names, email: MAIL }
      company = opening.use(await openCompany({ directories: [opened.written], users: [zoe] }))
    })
    after(() => opening.disposeAsync())

    test('gets in by a code by email under every spelling of their name, and is one account', async () => {
      for (const name of names) {
        await using zoe = await company.visit(name)
        await zoe.signIn()
        await zoe.meets(QUESTION)
        await zoe.answer(zoe.newestMail().code)
        const told = await zoe.toldToApp()
        assert.deepEqual([told['acr'], told['amr']], ['mfa', ['pwd', 'otp']], name)
        company.wait()
      }
      const events = await company.app.events()
      assert.equal(events.filter(({ event }) => event === 'account.made').length, 1)
      const proven = accountsOf(events.filter(({ event }) => event === 'step-up.satisfied'))
      assert.equal(proven.length, names.length)
      assert.equal(new Set(proven).size, 1)
    })

    test('is told that the directory is down, and gets in by Try again once it is back', async () => {
      const [name = ''] = names
      await using zoe = await company.visit(name, PHONE)
      await server.kill()
      await zoe.signIn()
      await zoe.sees(DOWN)
      await zoe.page.getByRole('link', { name: 'Back to Demo application' }).waitFor()
      await server.start()
      await until('back', async () => {
        const answered = zoe.page.waitForResponse(/\/begin\?/)
        await zoe.page.getByRole('link', { name: 'Try again' }).click()
        return (await answered).status() !== 503
      })
      await zoe.sees(QUESTION)
      await zoe.answer(zoe.newestMail().code)
      assert.equal((await zoe.toldToApp())['acr'], 'mfa')
      company.wait()
    })

    test('is locked once by ten wrong answers, two under each of five spellings, and under a sixth as well', async () => {
      const { app } = company
      const [five, sixth] = [names.slice(0, 5), names.at(-1) ?? '']
      for (const [n, name] of five.entries()) {
        await using zoe = await company.visit(name)
        await zoe.signIn()
        await zoe.meets(QUESTION)
        const wrong = otherThan(zoe.newestMail().code)
        for (const left of LEFT[n] ?? []) {
          await zoe.answer(wrong)
          if (left !== LOCKED) await zoe.page.getByText(`Not the right code. ${left}.`).waitFor()
        }
        if (n < five.length - 1) company.wait()
        else await zoe.sees(LOCKED)
      }
      await using zoe = await company.visit(sixth)
      await zoe.signIn()
      await zoe.sees(LOCKED)
      await using again = await company.visit(sixth, { ...PHONE, locale: 'zh-CN' })
      await again.signIn()
      await again.sees(/^邮件验证暂停使用，\u200b?15 分钟后恢复$/)

      const events = await app.events()
      const rejected = events.filter(
        (event) => event.event === 'answer.judged' && event['verdict'] === 'rejected',
      )
      assert.equal(rejected.length, 10)
      assert.equal(new Set(accountsOf(events)).size, 1)
      assert.equal(events.filter(({ event }) => event === 'factor.locked').length, 1)
      const metrics = await (await fetch(`${app.managementUrl}/metrics`)).text()
      assert.match(metrics, /^sallyport_lockouts_total\{factor="email"\} 1$/m)
    })
  })

type Events = Awaited<ReturnType<Company['app']['events']>>

/** Whom they are about, as often as they are. */
const accountsOf = (events: Events) =>
  events.flatMap(({ account }) => (typeof account === 'string' ? [account] : []))
