import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { composeCompany } from '../../src/compose-directories.ts'
import { createLook } from '../../src/compose-look.ts'
import type { CompanyPeople } from '../../src/directories/index.ts'
import { openApp, type TestApp } from '../support/app.ts'
import { slapdConfig } from '../support/directory-slapd.ts'
import { needs } from '../support/needs.ts'
import { begin, codeFrom, pass } from '../support/passage.ts'
import { startSlapd } from '../support/slapd.ts'
import { createUserAgent } from '../support/user-agent.ts'

const DAY_SECONDS = 86_400
const ANN_DN = 'uid=ann,ou=people,dc=kestrel,dc=example'
const ANN = `dn: ${ANN_DN}
objectClass: inetOrgPerson
uid: ann
cn: Ann Lee
sn: Lee
mail: ann@kestrel.example
`
const OWN = 'ann@home.example'

async function openCompany(over: Record<string, unknown> = {}, more: Record<string, unknown> = {}) {
  await using opening = new AsyncDisposableStack()
  const slapd = opening.use(await startSlapd({ ldif: ANN }))
  const { directory, files } = slapdConfig(slapd, { attributes: {}, ...over })
  const client = { subject: { from: 'par', claim: 'login_hint', directories: ['ldap'] } }
  const settings = {
    ...{ factors: ['email'], directories: [directory, { name: 'local', type: 'local' }] },
    retention: { accountsDays: 30 },
    ...more,
  }
  const app = opening.use(await openApp({ settings, client, files }))
  await app.app.start()
  const { clock, codes } = app
  const people = composeCompany(app.config, { ...app.app, clock, random: RANDOM, codes }).get(
    'ldap',
  )
  assert.ok(people)
  const opened = opening.move()
  return { slapd, app, people, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

const RANDOM = { bytes: (count: number) => Buffer.alloc(count, 9) }

const tell = async (app: TestApp) => {
  const events = await app.events()
  return { events, names: events.map(({ event }) => event) }
}

const accountOf = async (people: CompanyPeople) => {
  const whom = await people.whom('ann')
  assert.ok(whom.ok && whom.value.account !== null)
  return whom.value.account
}

describe('a person of a company', needs('slapd'), () => {
  test('may be reached by what an operator added, at once, and no more once it is taken back', async () => {
    await using made = await openCompany({ cache: { seconds: 300 } })
    const { app, people } = made
    await pass(app, createUserAgent(), { login_hint: 'ann' })
    const before = await begin(app, createUserAgent(), { login_hint: 'ann' })
    assert.equal(before.page.status, 200)

    assert.ok((await people.set('ada', 'ann', { emails: [OWN] })).ok)
    // What was under way was planned without it.
    assert.equal((await tell(app)).names.at(-1), 'step-up.cancelled')
    const choice = await begin(app, createUserAgent(), { login_hint: 'ann' })
    assert.match(choice.page.body, /home\.example/)
    assert.match(choice.page.body, /kestrel\.example/)

    const look = createLook({
      ...{ config: app.config, clock: app.clock, store: app.app.store },
      ...{ remote: app.app.remote, people: new Map(), policies: app.app.policies },
      ...{ reach: app.app.reach, judgeText: app.app.judgeText },
    })
    const [seen] = await look.look('ann')
    assert.ok(seen?.found === 'person')
    assert.deepEqual(
      seen.person.contacts.map(({ as, attribute, isOperators }) => [as, attribute, isOperators]),
      [
        ['ann@kestrel.example', 'mail', false],
        [OWN, null, true],
      ],
    )

    assert.ok((await people.set('ada', 'ann', { emails: [] })).ok)
    const after = await begin(app, createUserAgent(), { login_hint: 'ann' })
    assert.doesNotMatch(after.page.body, /home\.example/)
  })

  test('whose address changes in their directory gets in by the code that is out, and is trusted for nothing of it', async () => {
    const trust = { hours: '12h', binding: 'device' }
    await using made = await openCompany({ cache: { seconds: 0 } }, { trust })
    const { app, slapd } = made
    const over = { login_hint: 'ann' }
    const { browser, pushed, page } = await begin(app, createUserAgent(), over)
    slapd.modify(`dn: ${ANN_DN}\nchangetype: modify\nreplace: mail\nmail: ${OWN}\n`)
    const { code, to } = app.mailbox.last()
    assert.equal(to, 'ann@kestrel.example')
    const done = await browser.submit(page, 'answer', { code, trust: 'yes' })
    assert.ok(codeFrom(done, app.party.redirectUri, pushed))
    const next = await begin(app, browser, over)
    assert.match(next.page.body, /name="code"/)
    assert.equal(app.mailbox.last().to, OWN)
    // Nor does the code before answer this question.
    const other = await browser.submit(next.page, 'answer', { code })
    assert.equal((await tell(app)).names.at(-1), 'answer.judged')
    assert.match(other.body, /name="code"/)
  })

  test('starts anew after an erase, while their directory’s answer is still remembered', async () => {
    await using made = await openCompany({ cache: { seconds: 300 } })
    const { app, people } = made
    await pass(app, createUserAgent(), { login_hint: 'ann' })
    const former = await accountOf(people)
    assert.ok((await people.erase('ada', 'ann')).ok)
    await pass(app, createUserAgent(), { login_hint: 'ann' })
    assert.notEqual(await accountOf(people), former)
  })

  test('is erased when the directory has had them no more for as long as accounts are kept', async () => {
    await using made = await openCompany()
    const { app, people, slapd } = made
    await pass(app, createUserAgent(), { login_hint: 'ann' })
    const account = await accountOf(people)
    slapd.modify(`dn: ${ANN_DN}\nchangetype: delete\n`)

    app.clock.advance(7 * DAY_SECONDS)
    await app.app.tend()
    const about = { actor: 'system', account }
    const left = { event: 'account.left', at: app.clock.now(), ...about, directory: 'ldap' }
    assert.deepEqual((await tell(app)).events.at(-1), left)

    app.clock.advance(30 * DAY_SECONDS - 1)
    await app.app.tend()
    assert.equal((await people.show(account)).ok, true)
    app.clock.advance(1)
    await app.app.tend()
    const erased = { event: 'person.erased', at: app.clock.now(), ...about }
    assert.ok(
      (await tell(app)).events.some((one) => JSON.stringify(one) === JSON.stringify(erased)),
    )
  })

  test('is kept while the directory is down, however long', async () => {
    await using made = await openCompany()
    const { app, people, slapd } = made
    await pass(app, createUserAgent(), { login_hint: 'ann' })
    const account = await accountOf(people)
    await slapd.stop()
    for (let week = 0; week < 8; week++) {
      app.clock.advance(7 * DAY_SECONDS)
      await app.app.tend()
    }
    assert.equal((await people.show(account)).ok, true)
    assert.ok(!(await tell(app)).names.includes('account.left'))
  })
})
