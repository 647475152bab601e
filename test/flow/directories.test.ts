import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createLook } from '../../src/compose-look.ts'
import { openApp, type TestApp } from '../support/app.ts'
import { slapdConfig } from '../support/directory-slapd.ts'
import { needs } from '../support/needs.ts'
import { resumeOn } from '../support/outside.ts'
import { begin, pass } from '../support/passage.ts'
import { type Slapd, startSlapd } from '../support/slapd.ts'
import { createUserAgent } from '../support/user-agent.ts'
import { until } from '../support/wire-bench.ts'

const ANN_DN = 'uid=ann,ou=people,dc=kestrel,dc=example'
const ANN = `dn: ${ANN_DN}
objectClass: inetOrgPerson
uid: ann
cn: Ann Lee
sn: Lee
mail: ann@kestrel.example
mobile: ask Bob
`

async function openBoth(over: Record<string, unknown> = {}) {
  await using opening = new AsyncDisposableStack()
  const slapd: Slapd = opening.use(await startSlapd({ ldif: ANN }))
  const { directory, files } = slapdConfig(slapd, { attributes: {}, ...over })
  const directories = [directory, { name: 'local', type: 'local' }]
  const client = { subject: { from: 'par', claim: 'login_hint', directories: ['ldap', 'local'] } }
  const settings = { factors: ['email'], directories }
  const app = opening.use(await openApp({ settings, client, files }))
  await app.app.start()
  const opened = opening.move()
  return { slapd, app, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

const metricsOf = async ({ managementUrl }: TestApp) =>
  (await fetch(`${managementUrl}/metrics`)).text()

type Health = {
  readonly status: string
  readonly checks: readonly { readonly name: string; readonly data?: Record<string, unknown> }[]
}
async function healthOf({ managementUrl }: TestApp) {
  const response = await fetch(`${managementUrl}/health/ready`)
  const body: Health = JSON.parse(await response.text())
  const data = body.checks.find(({ name }) => name === 'Directory ldap')?.data
  return { code: response.status, status: body.status, data }
}

const namesOf = async (app: TestApp) => (await app.events()).map(({ event }) => event)

describe('people of a company', needs('slapd'), () => {
  test('pass, and keep the account that was made when they first came', async () => {
    await using both = await openBoth()
    const { app } = both
    await pass(app, createUserAgent(), { login_hint: 'ann' })
    await pass(app, createUserAgent(), { login_hint: ' ANN ' })
    assert.equal(app.mailbox.last().to, 'ann@kestrel.example')
    const made = (await namesOf(app)).filter((name) => name === 'account.made')
    assert.equal(made.length, 1)
    const accounts = (await app.events()).flatMap((event) =>
      event.event === 'step-up.satisfied' ? [event['account']] : [],
    )
    assert.equal(accounts.length, 2)
    assert.equal(new Set(accounts).size, 1)
  })

  test('show in metrics and health how their servers are', async () => {
    await using both = await openBoth()
    const { app } = both
    const found = await begin(app, createUserAgent(), { login_hint: 'ann' })
    assert.equal(found.page.status, 200)
    const body = await metricsOf(app)
    const server = both.slapd.ports.ldaps
    for (const line of [
      'sallyport_directory_lookups_total{directory="ldap",outcome="person"} 1',
      'sallyport_directory_contacts_dropped_total{directory="ldap",contact="phone",why="unparseable"} 1',
      `sallyport_directory_server_up{directory="ldap",server="ldaps://127.0.0.1:${server}"} 1`,
      'sallyport_directory_connections_used{directory="ldap"} 0',
    ])
      assert.ok(body.includes(`\n${line}\n`), line)
    assert.match(body, /sallyport_directory_certificate_days_left\{.*\} -?\d+/)
    const { data } = await healthOf(app)
    const { certificateDaysLeft, ...rest } = data ?? {}
    assert.deepEqual(rest, { servers: 1, serversUp: 1, inUse: 0, waiting: 0 })
    assert.equal(typeof certificateDaysLeft, 'number')
  })

  test('are refused while their directory is down, which takes nobody out of rotation', async () => {
    await using both = await openBoth()
    const { app, slapd } = both
    await slapd.stop()
    const refused = await begin(app, createUserAgent(), { login_hint: 'ann' })
    assert.equal(refused.page.status, 503)
    const { code, status, data } = await healthOf(app)
    assert.deepEqual([code, status, data?.['serversUp']], [200, 'UP', 0])
    assert.match(String(data?.['warning']), /people of this directory are refused/)
    assert.match(await metricsOf(app), /lookups_total\{directory="ldap",outcome="fault"\} 1\n/)
    const told = app.logged.map((line) => JSON.parse(line))
    assert.ok(told.some(({ msg }) => msg === 'a server of a directory is left alone'))
  })

  test('can try again on the page that says so, which speaks as the application asks', async () => {
    await using both = await openBoth()
    const { app, slapd } = both
    await slapd.stop()
    const { browser, page } = await begin(app, createUserAgent(), {
      ...{ login_hint: 'ann', ui_locales: 'zh-CN' },
      sallyport_context: JSON.stringify({ application: { name: 'Payroll' } }),
    })
    assert.equal(page.title, '服务暂时不可用 – Payroll – Kestrel')
    assert.match(page.body, /<a class="button" href="">重试<\/a>/)
    assert.match(page.body, /<a class="button second" href="[^"]+">返回Payroll<\/a>/)
    assert.equal((await browser.get(page.url)).status, 503)
    const left = await browser.get(resumeOn(page))
    assert.match(left.headers.get('location') ?? '', /[?&]error=temporarily_unavailable/)

    await slapd.start()
    await until('back', async () => (await browser.get(page.url)).status !== 503)
    assert.equal(app.mailbox.last().to, 'ann@kestrel.example')
  })

  test('are asked for by a suffix where they alone have it, and the others are left in peace', async () => {
    await using both = await openBoth({ suffixes: ['kestrel.example'], match: ['mail', 'uid'] })
    const { app, slapd } = both
    await pass(app, createUserAgent(), { login_hint: 'ann@kestrel.example' })
    await slapd.stop()
    // Whoever is of our own store has a name with the same suffix, and is not asked for by it.
    const refused = await begin(app, createUserAgent(), { login_hint: 'li.wei@kestrel.example' })
    assert.equal(refused.page.status, 503)
  })

  test('are looked at by an operator as their directory tells of them, and get no account by it', async () => {
    await using both = await openBoth({ defaultCountry: 'DE' })
    const { app } = both
    const { config, clock } = app
    const { store, remote, policies, reach, judgeText } = app.app
    const people = new Map([['local', app.people]])
    const look = createLook({ config, clock, store, remote, people, policies, reach, judgeText })
    const [there, here] = await look.look('ANN')
    assert.equal(here?.found, 'not-found')
    assert.ok(there?.found === 'person')
    const { person } = there
    assert.deepEqual([person.account, person.username, person.dn], [null, 'ann', ANN_DN])
    assert.deepEqual(
      person.contacts.map(({ contact, written, as, read }) => [contact, written, as, read]),
      [
        ['phone', 'ask Bob', null, 'unparseable'],
        ['email', 'ann@kestrel.example', 'ann@kestrel.example', 'taken'],
      ],
    )
    assert.deepEqual(person.factors, [{ factor: 'email', use: 'ask', why: null }])
    assert.ok(!(await namesOf(app)).includes('account.made'))

    await look.tellRevealed('operator:ada', [person])
    assert.deepEqual((await app.events()).at(-1), {
      ...{ event: 'contacts.revealed', at: clock.now(), actor: 'operator:ada', account: null },
      ...{ directory: 'ldap', immutableId: person.immutableId },
    })
    const [nobody, ours] = await look.look('li.wei')
    assert.deepEqual(nobody, { directory: 'ldap', found: 'not-found' })
    assert.ok(ours?.found === 'person' && ours.person.account === ours.person.immutableId)

    await both.slapd.stop()
    const [down] = await look.look('ann')
    assert.equal(down?.found, 'fault')
  })
})
