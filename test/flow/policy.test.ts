import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { openApp, type TestApp } from '../support/app.ts'
import { type CommandLine, createCommandLine } from '../support/command-line.ts'
import { codeFor } from '../support/handed.ts'
import { openForAnybody, resumeOn, unsignedUrl } from '../support/outside.ts'
import { begin, codeFrom, wayBack } from '../support/passage.ts'
import { openTexting } from '../support/texting.ts'
import { redeemed } from '../support/token.ts'
import {
  AWAY,
  HOME,
  openTrusting,
  passed,
  prove,
  question,
  visit,
  visitor,
} from '../support/trust.ts'
import { createUserAgent } from '../support/user-agent.ts'

const EXEMPT = { acr: 'exempt', amr: [], auth_time: undefined }

async function bench(settings: Record<string, unknown> = {}) {
  const app = await openApp({ settings: { factors: ['email'], ...settings } })
  return {
    app,
    sallyport: createCommandLine(app),
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  }
}

/** What a client would see proven, where nothing was asked. */
async function quiet(app: TestApp, over: Record<string, string> = {}) {
  const { pushed, page } = await begin(app, createUserAgent(), over)
  const { claims } = await redeemed(app, pushed, page)
  const { acr, amr, auth_time } = claims
  return { acr, amr, auth_time }
}

async function refusedWith(app: TestApp, over: Record<string, string> = {}) {
  const { page, browser } = await begin(app, createUserAgent(), over)
  return wayBack(await browser.get(resumeOn(page))).searchParams.get('error')
}

const isAsked = async (app: TestApp, over: Record<string, string> = {}) => {
  const { page } = await begin(app, createUserAgent(), over)
  return /name="code"|name="factor"/.test(page.body) ? 'asked' : `${page.status}`
}

type Document = { version: number; [key: string]: unknown }
const shown = async (sallyport: CommandLine): Promise<Document> =>
  parse((await sallyport(['policy', 'show'])).out)
const put = async (sallyport: CommandLine, over: object) =>
  sallyport(['policy', 'apply', '-'], stringify({ ...(await shown(sallyport)), ...over }))

const rule = (over: object) => ({ name: 'the rule', then: 'exempt', ...over })

describe('a rule of the configuration', () => {
  test('lets pass whom it exempts, and the token claims nothing', async () => {
    await using it = await bench({ rules: [rule({ networks: ['127.0.0.0/8', '::1'] })] })
    assert.deepEqual(await quiet(it.app), EXEMPT)
    const satisfied = (await it.app.events()).find(({ event }) => event === 'step-up.satisfied')
    assert.deepEqual([satisfied?.['how'], satisfied?.['factor']], ['exempt', null])
    assert.equal(it.app.mailbox.mails.length, 0)
  })

  test('exempts nobody from what the client insists on', async () => {
    await using it = await bench({ rules: [rule({})] })
    const claims = { id_token: { acr: { essential: true, values: ['mfa'] } } }
    for (const over of [{ max_age: '60' }, { claims: JSON.stringify(claims) }])
      assert.equal(await refusedWith(it.app, over), 'unmet_authentication_requirements')
  })

  test('exempts nobody who comes to set up a factor', async () => {
    await using it = await bench({ factors: ['totp', 'email'], rules: [rule({})] })
    const context = { sallyport_context: JSON.stringify({ purpose: 'enrol' }) }
    assert.equal(await isAsked(it.app, context), 'asked')
  })

  test('refuses whom it denies, whoever says otherwise', async () => {
    await using it = await bench({ rules: [rule({ then: 'deny' })] })
    await it.sallyport(['user', 'set', 'li.wei', '--status', 'disabled'])
    assert.equal(await refusedWith(it.app), 'access_denied')
  })

  test('asks for what reaches its rung, and for nothing less', async () => {
    const rules = [rule({ then: 'require', acr: 'mfa-app' })]
    await using it = await bench({ factors: ['totp', 'email'], firstEnrolment: 'contact', rules })
    // Nobody has an app, and one that is set up with a code is worth no more than the code.
    assert.equal(await isAsked(it.app), '403')
    const blocked = (await it.app.events()).find(({ event }) => event === 'step-up.blocked')
    assert.equal(blocked?.['reason'], 'no factor that can be used reaches mfa-app')
  })
})

describe('an operator', () => {
  test('changes the policy of everybody at once, whole, and everybody hears of it', async () => {
    await using it = await bench()
    const { app, sallyport } = it
    assert.equal(await isAsked(app), 'asked')
    const { code, out } = await put(sallyport, { enabled: false })
    assert.deepEqual([code, out], [0, 'Policy 1 is in force.\n'])
    assert.deepEqual(await quiet(app), EXEMPT)
    assert.equal((await shown(sallyport)).version, 1)
    const told = (await app.events()).find(({ event }) => event === 'policy.applied')
    assert.deepEqual(told, {
      ...{ event: 'policy.applied', at: app.clock.now(), actor: 'operator:ann', version: 1 },
      changed: ['enabled'],
    })
    await put(sallyport, { enabled: true })
    assert.equal(await isAsked(app), 'asked')
  })

  test('is told when somebody else was first, and overwrites nothing', async () => {
    await using it = await bench()
    const mine = stringify({ ...(await shown(it.sallyport)), enabled: false })
    await it.sallyport(['user', 'set', 'li.wei', '--language', 'zh-CN'])
    const { code, err } = await it.sallyport(['policy', 'apply', '-'], mine)
    assert.equal(code, 1)
    assert.match(err, /made from version 0, and 1 is in force/)
    assert.equal(await isAsked(it.app), 'asked')
  })

  test('is told everything that is wrong with a document, and nothing of it is applied', async () => {
    await using it = await bench()
    const rules = [
      { name: 'a', then: 'exempt', clients: ['nowhere'] },
      { name: 'a', then: 'require', acr: 'gold' },
    ]
    const { code, err } = await put(it.sallyport, { rules, factors: [] })
    assert.equal(code, 1)
    assert.match(err, /^The policy has one problem; nothing was applied/)
    const more = await put(it.sallyport, { rules })
    assert.match(more.err, /rules\[0\]\.clients\[0\] names the client nowhere/)
    assert.match(more.err, /rules\[1\]\.name is written twice/)
    assert.match(more.err, /rules\[1\]\.acr names the rung gold/)
    const partial = await it.sallyport(['policy', 'apply', '-'], 'version: 0\nenabled: false\n')
    assert.match(partial.err, /factors/)
    assert.equal((await shown(it.sallyport)).version, 0)
  })

  test('sees what would change, and that nothing would', async () => {
    await using it = await bench()
    const same = stringify(await shown(it.sallyport))
    assert.deepEqual(await it.sallyport(['policy', 'diff', '-'], same), {
      ...{ code: 0, out: 'Nothing would change.\n', err: '' },
    })
    const other = stringify({ ...(await shown(it.sallyport)), enabled: false })
    const { code, out } = await it.sallyport(['policy', 'diff', '-'], other)
    assert.equal(code, 1)
    assert.match(out, /^- enabled: true\n\+ enabled: false$/m)
    assert.equal((await shown(it.sallyport)).version, 0)
  })

  test('may have one person asked who is not, and the other way round', async () => {
    await using it = await bench({ enabled: false })
    const { app, sallyport } = it
    assert.deepEqual(await quiet(app), EXEMPT)
    const set = (status: string) => sallyport(['user', 'set', 'li.wei', '--status', status])
    const { out } = await set('enabled')
    assert.equal(
      out,
      'li.wei: status enabled; factors as everybody; language as everybody; trust as everybody.\n',
    )
    assert.equal(await isAsked(app), 'asked')
    await set('global')
    assert.deepEqual(await quiet(app), EXEMPT)
    assert.deepEqual((await shown(sallyport))['people'], [])
    const told = (await app.events()).filter(({ event }) => event === 'person.policy-set')
    assert.deepEqual(
      told.map(({ fields }) => fields),
      [['status'], []],
    )
  })

  test('gives one person factors and a language of their own', async () => {
    await using it = await bench({ factors: ['totp', 'email'], firstEnrolment: 'contact' })
    const { app, sallyport } = it
    const line = ['user', 'set', 'li.wei', '--factors', 'email', '--language', 'zh-CN']
    assert.equal((await sallyport([...line, '--trust-hours', '1d'])).code, 0)
    const { page } = await begin(app)
    assert.match(page.body, /<html lang="zh-CN"/)
    assert.match(page.body, /name="code"/)
    const document = await shown(sallyport)
    assert.deepEqual(
      (document['people'] as Record<string, unknown>[]).map(({ account: _, ...rest }) => rest),
      [
        {
          name: 'li.wei',
          directory: 'local',
          status: 'global',
          factors: ['email'],
          language: 'zh-CN',
          trustHours: '24h',
        },
      ],
    )
    for (const wrong of [
      ['--factors', 'pigeon'],
      ['--factors', 'totp,totp'],
      ['--status', 'off'],
      ['--language', 'fr'],
      ...['8', '169h', '8d', '-1h', 'off'].map((period) => ['--trust-hours', period]),
    ])
      assert.equal((await sallyport(['user', 'set', 'li.wei', ...wrong])).code, 1)
  })

  test('is warned of a factor that somebody is to use and cannot be reached by', async () => {
    await using it = await bench({ factors: ['totp', 'email'], firstEnrolment: 'contact' })
    const set = (...line: string[]) => it.sallyport(['user', 'set', ...line])
    const { code, err } = await set('no.contact', '--factors', 'email')
    assert.deepEqual(
      [code, err],
      [0, 'Mind: email is theirs to use, and there is nothing to send it to.\n'],
    )
    assert.equal((await set('no.contact', '--email', 'a@b.example')).err, '')
    assert.equal((await set('li.wei', '--factors', 'email')).err, '')
  })

  test('lets somebody through who is blocked, who then presses Try again', async () => {
    await using it = await bench()
    const { app, sallyport } = it
    const { browser, pushed, page } = await begin(app, createUserAgent(), {
      login_hint: 'no.contact',
    })
    assert.equal(page.status, 403)
    await sallyport(['user', 'set', 'no.contact', '--status', 'disabled'])
    const done = await browser.submit(page, 'retry', {})
    assert.equal((await redeemed(app, pushed, done)).claims['acr'], 'exempt')
  })

  test('lets a step-up that is under way end as it was asked, and asks the next one anew', async () => {
    await using it = await bench()
    const { app, sallyport } = it
    const { browser, pushed, page } = await begin(app)
    const rules = [rule({ then: 'deny' })]
    assert.equal((await put(sallyport, { factors: ['totp'], rules })).code, 0)
    const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
    assert.equal((await redeemed(app, pushed, done)).claims['acr'], 'mfa')
    assert.equal(await refusedWith(app), 'access_denied')
    const told = (await app.events()).map(({ event }) => event)
    assert.ok(told.indexOf('policy.applied') < told.indexOf('step-up.satisfied'))
  })

  test('takes nothing from a step-up that is under way by changing the ladder', async () => {
    await using it = await bench()
    const { app, sallyport } = it
    const { browser, pushed, page } = await begin(app)
    const acr = [{ value: 'silver', factors: ['email', 'totp'] }]
    assert.equal((await put(sallyport, { acr })).code, 0)
    const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
    assert.ok(codeFrom(done, app.party.redirectUri, pushed))
    const next = await begin(app)
    const answer = { code: app.mailbox.last().code }
    const again = await next.browser.submit(next.page, 'answer', answer)
    assert.equal((await redeemed(app, next.pushed, again)).claims['acr'], 'silver')
    const known = await (await fetch(`${app.issuer}/.well-known/openid-configuration`)).json()
    assert.deepEqual((known as Record<string, unknown>)['acr_values_supported'], ['silver'])
  })
})

describe('where trust is bound to', () => {
  const bindTo = (app: TestApp, trustBinding: string) =>
    put(createCommandLine(app), { trustBinding })
  const isWarned = (app: TestApp) => app.logged.some((line) => line.includes('names no proxy'))

  test('is changed for everybody from the next sign-in on, and what was trusted is over', async () => {
    await using app = await openTrusting('device')
    const cli = createCommandLine(app)
    const bob = visitor()
    const at = await prove(app, bob)
    assert.deepEqual(await visit(app, bob), passed(at))
    const { page: before } = await question(app, visitor())
    assert.match(before.body, /type="checkbox"/)

    app.clock.advance(1)
    const ip = stringify({ ...(await shown(cli)), trustBinding: 'ip' })
    const changes = (await cli(['policy', 'diff', '-'], ip)).out
    assert.match(changes, /^- trustBinding: device\n\+ trustBinding: ip$/m)
    assert.equal((await cli(['policy', 'apply', '-'], ip)).code, 0)
    const told = (await app.events()).find(({ event }) => event === 'policy.applied')
    assert.deepEqual(told?.['changed'], ['trustBinding'])
    assert.match((await cli(['trust', 'list', 'bob'])).out, /, in one browser, over$/m)
    const explained = await cli(['explain', '--user', 'bob', '--client', 'iam', '--ip', HOME])
    assert.match(explained.out, /bound to +ip, by the policy that was applied$/m)
    assert.match(explained.out, /\): no, it is bound to something else than trust is now$/m)

    const { page } = await question(app, bob)
    assert.doesNotMatch(page.body, /type="checkbox"/)
    assert.match(page.body, /From this network, you won’t be asked again for 12 hours\./)
    const anew = await prove(app, bob, { tick: false })
    assert.deepEqual(await visit(app, visitor()), passed(anew))
    assert.equal(await visit(app, visitor(AWAY)), 'asked')
    assert.match((await cli(['trust', 'list', 'bob'])).out, /, from \S+, until \S+ at the latest$/m)
  })

  test('is what is warned of at the start, and by whom a forwarded request is told of', async () => {
    for (const [first, then, lines] of [
      ['device', 'ip', 1],
      ['ip', 'device', 0],
    ] as const) {
      await using app = await openTrusting(first, '12h', { proxies: [] })
      assert.equal((await bindTo(app, then)).code, 0)
      await app.app.start()
      assert.equal(isWarned(app), lines === 1, then)
      await visit(app, visitor())
      const unlisted = app.logged.filter((line) => line.includes('forwarded by none of'))
      assert.equal(unlisted.length, lines, then)
    }
  })
})

describe('explain', () => {
  const asked = ['explain', '--client', 'iam', '--ip', '192.0.2.7', '--at', '2030-01-01T12:00:00Z']

  test('says what would be asked and why, and sends and changes nothing', async () => {
    const rules = [
      rule({ name: 'office', networks: ['10.0.0.0/8'] }),
      rule({ name: 'outside', then: 'require', factors: ['email'] }),
      rule({ name: 'last', then: 'deny' }),
    ]
    await using it = await bench({ rules })
    const before = (await it.app.events()).length
    const { code, out } = await it.sallyport([...asked, '--user', 'LI.WEI'])
    assert.equal(code, 0)
    assert.deepEqual(out.split('\n').slice(0, 17), [
      'li.wei of local, at iam, from 192.0.2.7, Tuesday, 1 January 2030 at 12:00 (UTC)',
      '',
      'Asked for',
      '  email         l***@kestrel.example; worth mfa',
      '',
      'Why',
      '  they are      asked, by the rule “outside”',
      '  factors       email, by the rule “outside”',
      '  sent          at once, where it is one code to one contact, by the configuration',
      '  language      as the request, the directory or the browser has it',
      '  trust         none, by the configuration',
      '  rules         1. office (exempt): no, they come from elsewhere',
      '                2. outside (require): holds, and so no other is looked at',
      '                3. last (deny): not looked at',
      '  passes        by no trust: nothing was earned that is not over',
      '',
      'What is known of them',
    ])
    assert.equal((await it.app.events()).length, before)
    assert.equal(it.app.mailbox.mails.length, 0)
  })

  test('says of a client that signs nothing what is offered there, and no more', async () => {
    await using app = await openForAnybody({ factors: ['totp', 'email'] })
    await codeFor(app, 'bypass-code')
    const said = async (user: string) =>
      (await createCommandLine(app)(['explain', '--client', 'anybodys', '--user', user])).out
    const out = await said('li.wei')
    assert.match(out, /^Asked for\n {2}email +l\*\*\*@kestrel\.example; worth mfa\n\n/m)
    assert.match(out, /not offered +totp: no app is set up, and none ever is where nobody signs/)
    const page = await createUserAgent().follow(unsignedUrl(app, 'li.wei'))
    assert.match(page.title, /Enter the code we emailed you/)
    assert.match(await said('no.contact'), /^Stopped, and may try again: no factor has/m)
  })

  test('says what the provider may have seen instead, which no question here can show', async () => {
    const rules = [
      rule({ name: 'outside', networks: ['192.0.2.0/24'], then: 'require', acr: 'mfa' }),
    ]
    await using app = await openApp({ settings: { rules }, client: { delegatedAmr: ['hwk'] } })
    const cli = createCommandLine(app)
    const said = async (...line: string[]) =>
      (await cli(['explain', '--client', 'iam', '--user', 'li.wei', ...line])).out
    const seen = 'when the provider signs that it saw hwk in the last 12 hours'
    const inside = await said('--ip', '10.0.0.1')
    assert.ok(inside.includes(`  delegated     not asked ${seen}, and insists on no acr\n`), inside)
    const outside = await said('--ip', '192.0.2.7')
    assert.ok(outside.includes(`asked even ${seen}, since the rule wants mfa\n`))
  })

  test('says whom it refuses and for what, and what is missing', async () => {
    await using it = await bench()
    const said = async (...line: string[]) => (await it.sallyport([...asked, ...line])).out
    assert.match(await said('--user', 'nobody'), /^Refused: none of the directories of iam has/)
    assert.match(await said('--user', 'no.contact'), /^Stopped, and may try again: no factor has/m)
    assert.match(
      await said('--user', 'li.wei', '--acr', 'phr'),
      /^Refused: nothing they could use/m,
    )
    await it.app.people.disable('ada', 'li.wei')
    assert.match(
      await said('--user', 'li.wei'),
      /^Refused: li\.wei is disabled\. .*`sallyport user enable`/,
    )
    assert.equal((await it.sallyport(['explain', '--user', 'x', '--client', 'y'])).code, 1)
    for (const wrong of [
      ['--ip', '1.2.3'],
      ['--at', 'tomorrow'],
      ['--at', '2030-13-01T00:00:00Z'],
      ['--at', '2030-02-30T00:00:00Z'],
    ])
      assert.equal((await it.sallyport([...asked, '--user', 'li.wei', ...wrong])).code, 64)
  })

  test('says of each factor what keeps somebody from it', async () => {
    await using it = await bench({ factors: ['email', 'totp'] })
    const said = async (user: string) => (await it.sallyport([...asked, '--user', user])).out
    assert.deepEqual((await said('no.contact')).split('\n').slice(2, 6), [
      'Stopped, and may try again: no factor has what it needs.',
      '  email: there is no address. `sallyport user set NAME --email` adds one',
      '  totp: no app is set up, and there is no address or number to prove first (firstEnrolment: contact)',
      '  Add what is missing, then they press Try again; their password is not needed.',
    ])
  })

  test('says of a number why it gets no text', async () => {
    await using texting = await openTexting()
    const { app } = texting
    const phones = ['+8801712345678', '+18005550100']
    assert.ok((await app.people.set('ada', 'bob', { phones })).ok)
    const { out } = await createCommandLine(app)([...asked, '--user', 'bob'])
    assert.match(
      out,
      /phones .*78, gets no text: its country is not in channels\.smsRegions; .*00, gets no text: it costs more/,
    )
    assert.match(out, /sms: no number of theirs gets a text, see phones below/)
  })

  test('shows contacts in full only where it is asked for, and the audit says so', async () => {
    await using it = await bench()
    const line = [...asked, '--user', 'li.wei']
    for (const more of [[], ['--json']])
      assert.doesNotMatch((await it.sallyport([...line, ...more])).out, /li\.wei@kestrel/)
    assert.ok(!(await it.app.events()).some(({ event }) => event === 'contacts.revealed'))
    assert.match((await it.sallyport([...line, '--reveal'])).out, /li\.wei@kestrel/)
    assert.equal((await it.app.events()).at(-1)?.event, 'contacts.revealed')
  })
})
