import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { withOtpApp } from '../support/attack.ts'
import { createCommandLine } from '../support/command-line.ts'
import { everyPage, type Shown } from '../support/every-page.ts'
import { skeletonOf } from '../support/markup.ts'
import { begin } from '../support/passage.ts'
import { asked, PUSHED_OR_SIGNED, signedUrl } from '../support/signed-request.ts'
import { engine } from '../support/test-store.ts'
import { addUnchecked } from '../support/unchecked-person.ts'
import { createUserAgent, decoded } from '../support/user-agent.ts'

const MARKUP = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)' x='",
  '</title></style></p><svg/onload=alert(1)>',
  'javascript:alert(1)//<!--',
  '&lt;b&gt;&#60;i&#62;<%= 1 %>{{1}}',
] as const

const naming = (name: string) => ({ sallyport_context: JSON.stringify({ application: { name } }) })

/** Every page as a person of this name, at an application of this name, is shown it. */
async function pagesFor(app: TestApp, name: string, language: string) {
  const [login_hint, nobody] = [`${name} ${language}`, `${name} nobody`]
  const emails = ['somebody@kestrel.example']
  const added = await app.people.add('test', { username: login_hint, displayName: name, emails })
  assert.ok(added.ok, name)
  return everyPage(app, { over: { login_hint, ...naming(name) }, nobody, language })
}

const skeletons = (shown: readonly Shown[]) =>
  Object.fromEntries(shown.map(({ name, page }) => [name, skeletonOf(page.body)]))

/** As somebody reads it. */
const readable = (body: string) => decoded(body.replaceAll(/<\/?[a-z!][^>]*>/gi, ''))

/** What moves the cursor, rings, colours, turns the text around, or begins another line. */
const STEERING = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u
const FORGERIES = [
  ...[
    'bob\u001b[2J\u001b[H',
    'bob\u001b]8;;https://evil.example\u0007x',
    'bob\u009b1m',
    'bob\u0007',
  ],
  ...[
    'bob\nroot  acc_AAAAAAAAAAAAAAAAAAAAAA  enabled',
    'bob\r',
    'bob\u2028x',
    'bob\u0085x',
    'bob\tx',
  ],
  ...[
    'bob\u202etoor',
    'b\u200bob',
    'bob\u2066',
    'bob\ufeff',
    'bob\u{E0041}',
    'bob\0',
    'bob\u007f\b\b',
  ],
] as const
const FORMULAS = [
  ...["=cmd|' /C calc'!A0", '+1+1', '-2+3', '@SUM(1)', '=HYPERLINK("https://evil.example")'],
] as const

describe('M58 names that are markup, formulas or lines of a log', () => {
  test('change no page: each has the same tags whatever the names in it are', async () => {
    await using app = await openApp()
    for (const language of ['en', 'zh-CN']) {
      const plain = skeletons(await pagesFor(app, 'Plain', language))
      assert.ok(
        Object.values(plain).every((tags) => tags.length > 20 && !tags.join().includes('stray')),
      )
      for (const name of language === 'en' ? MARKUP : MARKUP.slice(0, 2)) {
        app.clock.advance(3600)
        const shown = await pagesFor(app, name, language)
        assert.deepEqual(skeletons(shown), plain, name)
        for (const { page } of shown)
          for (const [, to = ''] of page.body.matchAll(/\b(?:href|src|action|content)="([^"]*)"/g))
            assert.doesNotMatch(decoded(to), /^\s*(?:javascript|vbscript|data:text)/i)
        const byName = new Map(shown.map((one) => [one.name, readable(one.page.body)]))
        for (const place of ['question', 'set up', 'cancelled', 'expired', 'done'])
          assert.ok(byName.get(place)?.includes(`${name} ${language}`), `${place} ${name}`)
        assert.ok(byName.get('no contact')?.includes(`${name} nobody`), name)
      }
    }
  })

  test('change no page of an installation that is called so, or of a client that is', async () => {
    const pages = async (name: string) => {
      await using app = await openApp({
        settings: { org: { name } },
        client: { name: name.slice(0, 60) },
      })
      return skeletons(await everyPage(app))
    }
    const plain = await pages('Plain')
    for (const name of MARKUP.slice(0, 2)) assert.deepEqual(await pages(name), plain, name)
  })

  test('are not repeated where nobody signed them: in paths, queries, headers and refusals', async () => {
    await using app = await openApp({ client: PUSHED_OR_SIGNED })
    const [evil, seen] = ['<script>evil</script>', /<script|evil|%3Cscript/i]
    const query = encodeURIComponent(evil)
    const headers = {
      ...{ 'user-agent': evil, 'accept-language': evil, referer: `https://evil.example/${query}` },
      ...{
        'x-request-id': evil,
        'x-forwarded-for': evil,
        'x-forwarded-host': 'evil.example',
        origin: evil,
      },
    }
    const paths = [
      ...[
        `/${query}`,
        `/step-up/${query}`,
        `/step-up/${query}/begin?via=${query}`,
        `/assets/${query}`,
      ],
      ...[`/authorize?client_id=${query}`, `/authorize?client_id=iam&request_uri=${query}`],
      ...[
        `/authorize?client_id=iam&request=${query}`,
        `/authorize?client_id=iam&redirect_uri=${query}`,
      ],
      ...[
        `/?${query}=${query}`,
        '/par',
        '/token',
        '/userinfo',
        '/jwks',
        '/.well-known/openid-configuration',
      ],
    ]
    for (const path of paths)
      for (const method of ['GET', 'POST', 'PUT']) {
        const answer = await fetch(app.issuer + path, { method, headers, redirect: 'manual' })
        const said = JSON.stringify([...answer.headers]) + (await answer.text())
        assert.doesNotMatch(said, seen, `${method} ${path}`)
      }
    for (const name of [
      'login_hint',
      'state',
      'scope',
      'prompt',
      'claims',
      'ui_locales',
      'max_age',
      'redirect_uri',
      'response_type',
    ]) {
      const { status, body } = await app.party.push({ [name]: `${evil}\n`, nonce: 'n' })
      assert.equal(status, 400, name)
      assert.doesNotMatch(JSON.stringify(body), seen, name)
    }
    const wrong = await app.party.requestObject({ ...asked(app), response_type: evil, state: 'x' })
    const back = await createUserAgent().get(signedUrl(app, wrong))
    assert.doesNotMatch(decodeURIComponent(back.headers.get('location') ?? evil), seen)
    const page = await createUserAgent('en').follow(app.party.authorizeUrl(await app.party.push()))
    assert.doesNotMatch(page.body, seen)
  })

  test('that steer a terminal or a spreadsheet are not taken in, and not repeated when they are refused', async () => {
    await using app = await openApp()
    const sallyport = createCommandLine(app)
    const before = (await app.people.list('', 100)).length
    for (const name of [...FORGERIES, ...FORMULAS, ' =1', '＝1', '＋1']) {
      const shown = JSON.stringify(name)
      const wide = /^[＝＋]/.test(name)
      const fields = wide ? [] : [['user', 'set', 'li.wei', `--name=${name}`]]
      const lines = [
        ['user', 'add', '--', name],
        ['user', 'set', 'li.wei', `--username=${name}`],
        ...fields,
      ]
      for (const line of lines) {
        const { code, out, err } = await sallyport(line)
        assert.equal(code, 1, `${line.slice(0, 2).join(' ')} ${shown}`)
        assert.deepEqual([out, STEERING.test(err), err.includes('evil')], ['', false, false], shown)
      }
      const csv = `username,display_name\n"${name.replaceAll('"', '""')}",x\n"ok ${before}","${name.replaceAll('"', '""')}"\n`
      const jsonl = `${JSON.stringify({ username: name })}\n`
      for (const [format, text] of [
        ['csv', csv],
        ['jsonl', jsonl],
      ] as const)
        for (const more of [[], ['--json']]) {
          const line = ['user', 'import', '-', '--format', format, ...more]
          const { code, out, err } = await sallyport(line, text)
          assert.equal(code, 1, `import ${shown}`)
          assert.doesNotMatch(out + err, STEERING, shown)
          for (const said of out.trimEnd().split('\n')) assert.match(said, /^(?:row \d+: |\{.*\}$)/)
        }
      const unknown = await sallyport(['user', 'show', '--', name])
      assert.equal(unknown.out, '')
      assert.doesNotMatch(unknown.err, STEERING)
    }
    assert.equal((await app.people.list('', 100)).length, before)
  })

  test('that are kept all the same move nothing on the terminal of an operator', async () => {
    await using app = await openApp({ people: 'none' })
    const sallyport = createCommandLine(app)
    // As an older release, or somebody at the database, might have left them.
    // PostgreSQL keeps no NUL, whoever brings it.
    const left = FORGERIES.filter((name) => engine === 'sqlite' || !name.includes('\0'))
    for (const [n, username] of left.entries())
      await addUnchecked(app, {
        ...{ nameKey: `n${String(n).padStart(2, '0')}`, username, displayName: username },
        emails: [`${username}@kestrel.example`],
      })
    const { out } = await sallyport(['user', 'list'])
    assert.doesNotMatch(out, STEERING)
    const rows = out.trimEnd().split('\n')
    assert.equal(rows.length, left.length + 1)
    for (const row of rows.slice(1))
      assert.match(row, /^b\S*.* acc_[\w-]{22} {2}enabled {2}1 {7}0 {7}-$/)
    const json = await sallyport(['user', 'list', '--json'])
    assert.doesNotMatch(json.out, STEERING)
    const names = json.out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { username: string }).username)
    assert.deepEqual(names, left)
    for (const n of left.keys())
      for (const more of [[], ['--reveal'], ['--json'], ['--json', '--reveal']]) {
        const shown = await sallyport(['user', 'show', `n${String(n).padStart(2, '0')}`, ...more])
        assert.equal(shown.code, 0)
        assert.doesNotMatch(shown.out, STEERING)
        assert.equal(shown.out.trimEnd().split('\n').length, more.includes('--json') ? 1 : 13)
      }
    for (const n of left.keys()) {
      const none = await sallyport([
        'user',
        'bypass-code',
        `n${String(n).padStart(2, '0')}`,
        '--revoke',
      ])
      assert.match(none.err, /^b[^\n]* has no bypass-code\n$/)
      assert.doesNotMatch(none.err, STEERING)
    }
    const disabled = await sallyport(['user', 'disable', 'n00'])
    assert.doesNotMatch(disabled.out, STEERING)
  })

  test('stand in no audit event, no log line and no metric', async () => {
    await using app = await openApp()
    const evil = '<evil>"\'=1+1,2;{}%0a'
    await withOtpApp(app, 'bob')
    await app.people.add('test', {
      username: evil,
      displayName: evil,
      emails: ['x@kestrel.example'],
    })
    for (const login_hint of [evil, `${evil} nobody`, '=evil', '@evil'])
      await begin(app, createUserAgent(), {
        login_hint,
        ...naming(evil),
        state: evil,
        nonce: login_hint,
      })
    await everyPage(app, { over: { login_hint: evil, ...naming(evil) }, nobody: `${evil}2` })
    for (const client_id of [evil, '"} 1\nevil 1'])
      await fetch(`${app.issuer}/authorize?${new URLSearchParams({ client_id })}`)
    await fetch(`${app.issuer}/evil%22%7D%0aevil`, { headers: { 'user-agent': 'evil' } })
    await app.app.tend()

    const { code, out } = await createCommandLine(app)(['audit', 'export'])
    assert.equal(code, 0)
    const lines = out.trimEnd().split('\n')
    const events = await app.events()
    assert.ok(events.length > 30 && lines.length === events.length)
    for (const line of lines) {
      assert.doesNotMatch(line, STEERING)
      assert.doesNotMatch(line, /evil/)
      // A key's id is its thumbprint, which nobody chooses: one of 64 begins with a minus.
      const { kid, ...event } = (JSON.parse(line) as { readonly event: { kid?: string } }).event
      if (kid !== undefined) assert.match(kid, /^[A-Za-z0-9_-]{43}$/)
      // A cell of a table made of the rest begins with no sign of a formula.
      for (const value of Object.values(event)) assert.doesNotMatch(`${value}`, /^[=+\-@\t\r]/)
    }
    const { out: verdict } = await createCommandLine(app)(['audit', 'verify'])
    assert.match(verdict, /^The chain is whole: \d+ links checked, 0 events not yet sealed\.\n$/)
    for (const line of app.logged) {
      assert.equal(line.trimEnd().split('\n').length, 1)
      assert.equal(typeof JSON.parse(line), 'object')
      assert.doesNotMatch(line, /evil/)
    }
    const metrics = await (await fetch(`${app.managementUrl}/metrics`)).text()
    assert.doesNotMatch(metrics, /evil/)
    assert.match(metrics, /route="other"/)
  })
})
