import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Directory } from '../../src/directories/index.ts'
import type { LdapSettings } from '../../src/directories/ldap/settings.ts'
import { openApp, type TestApp } from '../support/app.ts'
import { guess, judgements, ONLY_APP, ONLY_EMAIL, otherThan, SEED } from '../support/attack.ts'
import { openAccounts } from '../support/directory-local.ts'
import { sambaConfig, sambaSettings } from '../support/directory-samba.ts'
import { slapdConfig, slapdSettings } from '../support/directory-slapd.ts'
import { openCompany, openServers } from '../support/ldap-servers.ts'
import { needs } from '../support/needs.ts'
import { begin } from '../support/passage.ts'
import { sambaPopulation } from '../support/population/samba.ts'
import { slapdPopulation } from '../support/population/slapd.ts'
import { startSamba } from '../support/samba.ts'
import { startSlapd } from '../support/slapd.ts'
import { createUserAgent } from '../support/user-agent.ts'
import { createFakeClock } from '../support/world.ts'

/** Five of the many ways to write `zoë.li`. */
const SPELLINGS = [
  'zo\u00eb.li',
  'ZOE\u0308.LI',
  ' Zo\u00eb.Li ',
  'ｚｏ\u00eb．ｌｉ',
  'zoe\u0308.LI\u3000',
]

/** Not one of which is seen to be another name than `lwei`. */
const UNSEEN = [
  'lw\u200bei',
  'lwei\u00ad',
  '\u2060lwei',
  'l\ufe0fwei',
  'lwei\u202c',
  'lwei\0',
  'lwei\t',
]

/** Which are names, and of nobody here. */
const OTHERS = [
  'lwe\u0131',
  'LWE\u0130',
  '\u217cwei',
  '\u04cfwei',
  'lwe\u00ec',
  'l wei',
  'lwei.',
  'lwei$',
]

const always = new AbortController().signal
const ask = (directory: Directory, value: string) => directory.find({ by: 'name', value }, always)

describe('M52 the same person under other spellings', () => {
  test('locks once for ten wrong answers, two under each of five spellings', async () => {
    await using app = await openApp(ONLY_APP)
    await withZoe(app)
    for (const name of SPELLINGS) assert.equal(await guess(app, 2, name), 2, name)
    for (const name of SPELLINGS) assert.equal(await guess(app, 1, name), 0, name)
    assert.equal(await judgements(app), 10)
    const accounts = (await app.events())
      .filter(({ event }) => event === 'answer.judged')
      .map(({ account }) => account)
    assert.equal(new Set(accounts).size, 1)
  })

  test('offers a factor under no spelling that was not set up under another', async () => {
    await using app = await openApp(ONLY_APP)
    await withZoe(app)
    for (const login_hint of SPELLINGS) {
      const { page } = await begin(app, createUserAgent(), { login_hint })
      assert.ok(
        page.forms.some(({ action }) => action === 'answer'),
        login_hint,
      )
    }
  })

  describe('in OpenLDAP', needs('slapd'), () => {
    const opened = openedOnce(async (opening) => {
      const slapd = opening.use(await startSlapd(slapdPopulation(0)))
      const named = { match: ['uid', 'mail'] }
      return { settings: slapdSettings(slapd, named), config: slapdConfig(slapd, named) }
    })

    test('is one account', () =>
      isOneAccount(opened().directory, 'lwei', [
        'LWEI',
        ' lwei ',
        'ｌｗｅｉ',
        'Li.Wei@Kestrel.Example',
        'li@kestrel.example',
      ]))

    test('is nobody where a letter is another, or can not be seen', () =>
      isNobody(opened().directory))

    test('is locked once for ten wrong answers under five spellings', async () => {
      await locksOnce(opened().config, [
        ...['lwei', 'LWEI', ' Lwei ', 'ｌｗｅｉ', 'Li.Wei@kestrel.example'],
      ])
    })
  })

  describe('in Active Directory', needs('samba'), () => {
    const opened = openedOnce(async (opening) => {
      const samba = opening.use(await startSamba(sambaPopulation(0)))
      return { settings: sambaSettings(samba), config: sambaConfig(samba) }
    })

    test('is one account', () =>
      isOneAccount(opened().directory, 'lwei', [
        ...['LWEI', ' lwei ', 'ｌｗｅｉ', 'CORP\\lwei', 'corp\\LWEI', 'ｃｏｒｐ＼lwei'],
        ...['corp.kestrel.example\\lwei', 'lwei@corp.kestrel.example', 'LWEI@kestrel.example'],
        ...['upn.lwei@kestrel.example', 'Upn.LWei@KESTREL.example', 'upn.lwei＠kestrel.example'],
      ]))

    test('is nobody where a letter is another, or can not be seen', () =>
      isNobody(opened().directory))

    test('is locked once for ten wrong answers under five spellings', async () => {
      await locksOnce(opened().config, [
        ...[
          'lwei',
          'CORP\\LWei',
          'upn.lwei@kestrel.example',
          'LWEI@corp.kestrel.example',
          'ｌｗｅｉ',
        ],
      ])
    })

    test('is nobody of another domain', async () => {
      for (const name of ['OTHER\\lwei', 'lwei@other.example', 'CORP\\OTHER\\lwei', '.\\lwei'])
        assert.deepEqual(await ask(opened().directory, name), { found: 'not-found' }, name)
    })
  })
})

async function withZoe({ people }: TestApp): Promise<void> {
  const csv = `username,totp\n${SPELLINGS[0]},otpauth://totp/Old:zoe?secret=${SEED}\n`
  const file = { bytes: Buffer.from(csv), format: 'csv' } as const
  const report = await people.importPeople('test', file, {
    ...{ partial: false, allowShortSecrets: false },
  })
  assert.ok(report.ok && report.value.added === 1)
}

async function isOneAccount(directory: Directory, name: string, others: readonly string[]) {
  const accounts = new Set<string>()
  for (const one of [name, ...others]) {
    const answer = await ask(directory, one)
    assert.ok(answer.found === 'person', `${one} is ${answer.found}`)
    accounts.add(answer.person.account)
  }
  assert.equal(accounts.size, 1)
}

async function isNobody(directory: Directory) {
  for (const name of [...UNSEEN, ...OTHERS])
    assert.deepEqual(await ask(directory, name), { found: 'not-found' }, JSON.stringify(name))
}

/** The whole app asks by email, and somebody guesses twice under each name. */
async function locksOnce({ directory, files }: Written, names: readonly string[]): Promise<void> {
  const client = { subject: { from: 'par', claim: 'login_hint', directories: [directory.name] } }
  const local = { name: 'local', type: 'local' }
  const settings = { ...ONLY_EMAIL.settings, directories: [directory, local] }
  await using app = await openApp({ settings, client, files, people: 'none' })
  for (const login_hint of names) {
    const begun = await begin(app, createUserAgent(), { login_hint })
    const { browser } = begun
    const isChoice = begun.page.forms.some(({ action }) => action === 'choose')
    const page = isChoice
      ? await browser.submit(begun.page, 'choose', { factor: 'email', to: '0' })
      : begun.page
    for (const _ of [1, 2]) {
      const code = otherThan(app.mailbox.last().code)
      await browser.submit(page, 'answer', { code })
    }
    // Until the next message may be sent.
    app.clock.advance(180)
  }
  assert.equal(await judgements(app), 10)
  for (const login_hint of names) {
    const { page } = await begin(app, createUserAgent(), { login_hint })
    assert.ok(
      page.forms.every(({ action }) => action !== 'answer'),
      login_hint,
    )
  }
  const accounts = (await app.events()).filter(({ event }) => event === 'account.made')
  assert.equal(accounts.length, 1)
}

type Written = {
  readonly directory: Readonly<Record<string, unknown>> & { readonly name: string }
  readonly files: Readonly<Record<string, string>>
}
type Real = { readonly settings: LdapSettings; readonly config: Written }
type Opened = { readonly directory: Directory; readonly config: Written }

/** A directory for the tests of one describe. */
function openedOnce(open: (opening: AsyncDisposableStack) => Promise<Real>): () => Opened {
  const opening = new AsyncDisposableStack()
  let opened: Opened | undefined
  before(async () => {
    const { settings, config } = await open(opening)
    const { accountOf } = opening.use(await openAccounts())
    const servers = opening.use(openServers(settings))
    const deps = { servers, accountOf, clock: createFakeClock() }
    opened = { directory: openCompany(settings, deps), config }
  })
  after(() => opening.disposeAsync())
  return () => {
    assert.ok(opened !== undefined)
    return opened
  }
}
