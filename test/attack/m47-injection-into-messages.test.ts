import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { simpleParser } from 'mailparser'
import { LI_WEI, openApp, type TestApp } from '../support/app.ts'
import { everyPage } from '../support/every-page.ts'
import { skeletonOf } from '../support/markup.ts'
import { begin } from '../support/passage.ts'
import { openSmtpDialogue, type SmtpDialogue } from '../support/smtp-dialogue.ts'
import { addUnchecked } from '../support/unchecked-person.ts'
import { createUserAgent, decoded } from '../support/user-agent.ts'

const EVE = 'eve@evil.example'
/** Turn the text around, hide a part of it, or look like nothing. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/u

type Opened = AsyncDisposable & { readonly app: TestApp; readonly smtp: SmtpDialogue }

/** With a mail server that would let anything happen that was asked of it. */
async function openWithDialogue(settings: object = {}): Promise<Opened> {
  await using opening = new AsyncDisposableStack()
  const smtp = opening.use(await openSmtpDialogue())
  const email = { host: '127.0.0.1', port: smtp.port, from: 'Kestrel <no-reply@kestrel.example>' }
  const all = { factors: ['email'], channels: { email }, ...settings }
  const app = opening.use(await openApp({ settings: all }))
  const opened = opening.move()
  return { app, smtp, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

const naming = (name: string) => ({ sallyport_context: JSON.stringify({ application: { name } }) })

const HEADERS = [
  ...['auto-submitted', 'content-type', 'date', 'from', 'message-id', 'mime-version'],
  ...['subject', 'to', 'x-auto-response-suppress'],
]

/** All that the markup of a message is made of: nothing that is fetched, clicked or run. */
const TAG =
  /^\/?(?:!doctype html|html lang|html|head|meta charset|meta name content|title|tr|strong|br|(?:body|div|table|td|h1|p)(?: style| role| width| align| cellpadding| cellspacing)*)$/

/** One message to one person, with our headers and no others, in plain ASCII lines. */
async function readLast(smtp: SmtpDialogue, to = LI_WEI) {
  const { commands, raw } = smtp.last()
  const spoken = commands.filter((line) => !/^EHLO /.test(line))
  assert.deepEqual(spoken, ['MAIL FROM:<no-reply@kestrel.example>', `RCPT TO:<${to}>`, 'DATA'])
  const text = raw.toString('latin1')
  assert.match(text, /^[\t\r\n\x20-\x7e]*$/)
  assert.doesNotMatch(text, /(?<!\r)\n|\r(?!\n)/)
  const head = text.slice(0, text.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ')
  const names = head.split('\r\n').map((line) => line.slice(0, line.indexOf(':')).toLowerCase())
  assert.deepEqual(names.sort(), HEADERS)
  assert.ok(text.split('\r\n').every((line) => line.length <= 998))
  const mail = await simpleParser(raw)
  assert.deepEqual(
    [mail.attachments, mail.cc, mail.bcc, mail.replyTo],
    [[], undefined, undefined, undefined],
  )
  const html = typeof mail.html === 'string' ? mail.html : ''
  for (const tag of skeletonOf(html)) assert.match(tag, TAG)
  return { subject: mail.subject ?? '', text: mail.text ?? '', html, head }
}

/** Names as a client may sign them: nothing in them is a control character. */
const NAMES = [
  `Pay Bcc: ${EVE}`,
  `"Pay" <${EVE}>, x@y`,
  '<img src=x onerror=alert(1)>"\'&amp;',
  '</td></table><a href="https://evil.example">Click</a>',
  `{org} {app} {code} $t(mail.hint) {{7*7}} \${7*7} <%= 7*7 %> %s #{7*7}`,
  '\\r\\nBcc: x %0d%0aBcc: x =0D=0ABcc: x',
  '薪酬系统'.repeat(25),
  '🎉'.repeat(50),
  'e\u0301'.repeat(40),
  '.',
  '--_NmP-Part_1--',
] as const

describe('M47 names that would steer a message', () => {
  test('reach one person under our headers alone, in the letters that they have', async () => {
    await using of = await openWithDialogue()
    const { app, smtp } = of
    const skeletons = new Set<string>()
    for (const name of NAMES) {
      const { page } = await begin(app, createUserAgent(), naming(name))
      assert.equal(page.status, 200, name)
      const { subject, text, html } = await readLast(smtp)
      assert.equal(subject, `Your code for ${name}`)
      assert.ok(text.startsWith(`Your code for ${name}\n`), text)
      skeletons.add(skeletonOf(html).join('\n'))
      const title = /<h1[^>]*>([^<]*)<\/h1>/.exec(html)?.[1]
      assert.equal(decoded(title ?? ''), `Your code for ${name}`)
      app.clock.advance(1000)
    }
    assert.deepEqual([smtp.sendings.length, skeletons.size], [NAMES.length, 1])
  })

  test('say nothing of their own in a notice, and lead nowhere', async () => {
    await using of = await openWithDialogue()
    const { app, smtp } = of
    const skeletons = new Set<string>()
    for (const [n, name] of NAMES.entries()) {
      const emails = [LI_WEI]
      await addUnchecked(app, { nameKey: `odd${n}`, username: name, emails })
      const { browser, page } = await begin(app, createUserAgent(), { login_hint: `odd${n}` })
      // The code that was sent is wrong in all but one digit: no answer is right by chance.
      let at = page
      for (let answer = 0; answer < 10; answer++) {
        if (answer === 5) {
          app.clock.advance(61)
          at = await browser.submit(at, 'choose', { factor: 'email' })
        }
        const { text } = await readLast(smtp)
        const code = /^[0-9]{6}$/m.exec(text)?.[0] ?? ''
        const wrong = `${code.slice(0, 5)}${(Number(code.at(-1)) + 1) % 10}`
        at = await browser.submit(at, 'answer', { code: wrong })
      }
      await app.app.tend()
      const { subject, text, html } = await readLast(smtp)
      assert.equal(subject, 'Email codes were paused after wrong tries')
      assert.ok(text.includes(`\nFor: ${name}\n`), text)
      skeletons.add(skeletonOf(html).join('\n'))
      app.clock.advance(4000)
    }
    assert.equal(skeletons.size, 1)
  })

  test('are not read as another spelling of themselves', async () => {
    await using of = await openWithDialogue()
    const { app, smtp } = of
    const words = [
      '=?utf-8?B?4oCuZXZpbA==?=',
      '=?utf-8?Q?=0D=0ABcc:_eve@evil.example?=',
      'a =?utf-8?Q?x?= =?iso-8859-1?q?=00?=',
    ]
    for (const name of words) {
      await begin(app, createUserAgent(), naming(name))
      const { subject, text, head } = await readLast(smtp)
      // What a mail program shows is what was written, but for the one sign that would begin such a word.
      assert.equal(subject.replaceAll(' ', ''), `Your code for ${name}`.replaceAll(' ', ''), head)
      assert.ok(text.startsWith(`Your code for ${name}\n`))
      assert.doesNotMatch(subject, UNSEEN)
      app.clock.advance(1000)
    }
  })

  test('turn no text around and hide no part of it', async () => {
    await using of = await openWithDialogue()
    const { app, smtp } = of
    for (const name of [
      'Pay\u202Elaor\u2066',
      '\u200BPay\u200B\u2060\uFEFF',
      'Pay\u{E0041}\u{E007F}',
      'Pay\u061C\u200F\u00AD\uE000',
    ]) {
      await begin(app, createUserAgent(), naming(name))
      const { subject, text, html } = await readLast(smtp)
      for (const seen of [subject, text, html.replaceAll(/\u200c|\u034f/g, '')])
        assert.doesNotMatch(seen.replaceAll(/[\n\r]/g, ''), UNSEEN, JSON.stringify(name))
      assert.match(subject, /^Your code for Pay/)
      app.clock.advance(1000)
    }
  })

  test('that hold a line break or another control character get nowhere', async () => {
    await using of = await openWithDialogue()
    const { app, smtp } = of
    for (const sign of [
      '\r\n',
      '\n',
      '\r',
      '\0',
      '\t',
      '\u0085',
      '\u2028',
      '\u2029',
      '\u001b',
      '\u009b',
      '\u007f',
      '\v',
      '\f',
    ]) {
      const name = `Pay${sign}Bcc: ${EVE}`
      for (const over of [naming(name), { login_hint: `li.wei${sign}` }])
        assert.equal((await app.party.push(over)).status, 400, JSON.stringify(sign))
      const added = await app.people.add('test', { username: `x${sign}y`, emails: [LI_WEI] })
      const renamed = await app.people.set('test', 'li.wei', { displayName: name })
      const moved = await app.people.set('test', 'li.wei', {
        emails: [`li.wei@kestrel.example${sign}Bcc: ${EVE}`],
      })
      for (const { ok } of [added, renamed, moved]) assert.ok(!ok, JSON.stringify(sign))
    }
    assert.equal(smtp.sendings.length, 0)
  })

  test('and addresses that are more than one plain address are neither kept nor sent to', async () => {
    await using of = await openWithDialogue()
    const { app, smtp } = of
    const addresses = [
      `li@kestrel.example, ${EVE}`,
      `li@kestrel.example;${EVE}`,
      `li@kestrel.example ${EVE}`,
      `<${EVE}>`,
      `Li Wei <${EVE}>`,
      `li@kestrel.example>\r\nRCPT TO:<${EVE}`,
      `li@kestrel.example\nBcc: ${EVE}`,
      `li@kestrel.example> SIZE=1 NOTIFY=NEVER`,
      `"li@kestrel.example"@evil.example`,
      `group: ${EVE};`,
      'li(comment)@kestrel.example',
      'li@[127.0.0.1]',
      'li@kestrel.example\0',
      '\u202eli@kestrel.example',
      'lı\u0130@kestrel.example\u2028',
      'ｌｉ＠kestrel.example',
      'li%evil.example@kestrel.example@',
      '@kestrel.example',
      'li@',
      '',
    ]
    for (const [n, address] of addresses.entries()) {
      if (address !== '') {
        const added = await app.people.add('test', { username: `p${n}`, emails: [address] })
        assert.ok(!added.ok, address)
      }
      // As if another directory had handed it over.
      await addUnchecked(app, { nameKey: `q${n}`, emails: [address] })
      const { page } = await begin(app, createUserAgent(), { login_hint: `q${n}` })
      assert.equal(page.status, 403, address)
    }
    assert.deepEqual(smtp.sendings, [])
    const sent = (await app.events()).filter(({ event }) => event === 'code.sent')
    assert.equal(sent.length, addresses.length)
    assert.ok(sent.every(({ outcome }) => outcome === 'recipient-refused'))
  })

  test('of people from a directory that checks nothing stand in their row as text', async () => {
    await using of = await openWithDialogue()
    const { app, smtp } = of
    const username = `Eve\r\nBcc: ${EVE}\r\n\r\n<b>Code: 000000</b>\u202e\u2028{org}`
    const displayName = `x\r\nTo: ${EVE}`
    await addUnchecked(app, { nameKey: 'eve', username, displayName, emails: [LI_WEI] })
    await begin(app, createUserAgent(), { login_hint: 'eve' })
    const { text, html } = await readLast(smtp)
    const shown = `Eve Bcc: ${EVE} <b>Code: 000000</b> {org}`
    assert.match(text, /^For: (.*)$/m)
    assert.equal(/^For: (.*)$/m.exec(text)?.[1], shown)
    assert.doesNotMatch(html, /<b>Code/)
    assert.ok(!`${text}${html}`.includes('To: eve'))
  })

  test('of browsers and addresses are ours: nothing that a browser says of itself is repeated', async () => {
    const listen = { host: '127.0.0.1', port: 1, trustedProxies: ['127.0.0.1', '::1'] }
    await using of = await openWithDialogue({ listen })
    const { app, smtp } = of
    const agents = [
      `Chrome/1 <script>alert(1)</script> Bcc: ${EVE}`,
      `${EVE} (Windows) Firefox/1`,
      `evil.example ${'x'.repeat(8000)}`,
      '{org} <%= 1 %>',
    ]
    for (const agent of agents) {
      const pushed = await app.party.push()
      const browser = createUserAgent()
      const authorized = await browser.get(app.party.authorizeUrl(pushed))
      const headers = {
        'user-agent': agent,
        'x-forwarded-for': `evil.example, <b>`,
        'accept-language': agent.slice(0, 50),
      }
      await browser.get(new URL(authorized.headers.get('location') ?? '', app.issuer).href, headers)
      const { text, html } = await readLast(smtp)
      assert.doesNotMatch(`${text}${html}`, /evil\.example|alert|\{org\}|<%|&lt;/)
      const from = /^From: (.*)$/m.exec(text)?.[1]
      assert.ok([undefined, 'Chrome', 'Firefox on Windows'].includes(from), from)
      app.clock.advance(1000)
    }
    assert.equal(smtp.sendings.length, agents.length)
  })

  test('in the configuration begin no header either', async () => {
    const name = `Kestrel\r\nBcc: ${EVE}\r\n\r\n<b>x</b>`
    await using of = await openWithDialogue({ org: { name } })
    await begin(of.app)
    const { text, html } = await readLast(of.smtp)
    assert.ok(text.includes(`Nobody at Kestrel Bcc: ${EVE} <b>x</b> will ask for it.`))
    assert.doesNotMatch(html, /<b>x/)
  })

  test('are on the pages what they are in the message', async () => {
    await using app = await openApp()
    const spelled = 'Pay\u202Elaor\u2066\u200B'
    const over = naming(spelled)
    const shown = await everyPage(app, { over, nobody: 'no\u202Eydob\u2069' })
    for (const { name, page } of shown) {
      const text = decoded(page.body.replaceAll('\n', ''))
      assert.doesNotMatch(text, /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, name)
    }
    const [first] = shown
    assert.match(first?.page.title ?? '', /Paylaor/)
  })

  test('forge no line of the log', async () => {
    await using of = await openWithDialogue()
    const { app } = of
    await addUnchecked(app, {
      nameKey: 'eve',
      username: `\n{"level":"info","msg":"${EVE}"}\u2028`,
      emails: [LI_WEI],
    })
    for (const over of [
      { login_hint: 'eve' },
      { login_hint: EVE, ...naming(EVE) },
      naming(`\u202e"}${EVE}`),
    ])
      await begin(app, createUserAgent(), over)
    await createUserAgent().get(`${app.issuer}/authorize?client_id=${EVE}%0a%7B`)
    await app.party.push({ login_hint: `${EVE}\n{` })
    assert.ok(app.logged.length > 5)
    for (const line of app.logged) {
      assert.match(line, /^\{[^\n\r\u2028\u2029\p{Cc}]*\}\n$/u)
      assert.equal(typeof JSON.parse(line), 'object')
      assert.ok(!line.includes('evil.example'), line)
    }
  })
})
