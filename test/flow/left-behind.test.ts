import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parse } from 'yaml'
import { codeNow } from '../e2e/oathtool.ts'
import { configFrom, type TestApp } from '../support/app.ts'
import { createCommandLine } from '../support/command-line.ts'
import { FIXTURES, type LeftBehind, openLeftBehind } from '../support/left-behind.ts'
import { needs } from '../support/needs.ts'
import { begin } from '../support/passage.ts'
import { visit, visitor } from '../support/trust.ts'
import { createUserAgent } from '../support/user-agent.ts'

const RELEASES = ['0.1.0'] as const

for (const release of RELEASES)
  describe(`what release ${release} left behind`, needs('oathtool'), () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-left-behind-'))
    let app: TestApp
    let left: LeftBehind
    before(async () => {
      const opened = await openLeftBehind(release, folder)
      app = opened.app
      left = opened.left
    })
    after(async () => {
      await app?.[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    })
    const at = () => new Date(app.clock.now()).toISOString()

    test('a step-up that was under way goes on in its browser', async () => {
      const browser = createUserAgent()
      for (const [name, value] of left.pending.cookies) browser.cookies.set(name, value)
      const page = await browser.get(`${app.issuer}${left.pending.path}`)
      const done = await browser.submit(page, 'answer', { code: left.pending.code })
      assert.equal(done.status, 200, done.title)
    })

    test('everybody who has an OTP app signs in with it, once by each code', async () => {
      app.clock.advance(120)
      for (const username of ['bob', 'li.wei']) {
        const code = await codeNow(left.keys[username] ?? '', at())
        const answered = async () => {
          const { browser, page } = await begin(app, createUserAgent(), { login_hint: username })
          const asked = await browser.submit(page, 'choose', { factor: 'totp' })
          return (await browser.submit(asked, 'answer', { code })).status
        }
        assert.deepEqual([await answered(), await answered()], [200, 422], username)
      }
    })

    test('whoever was trusted is not asked, in that browser alone', async () => {
      const { username, cookies } = left.trusted
      const known = visitor()
      for (const [name, value] of cookies) known.browser.cookies.set(name, value)
      const over = { login_hint: username }
      assert.deepEqual(((await visit(app, known, over)) as { acr: string }).acr, 'mfa-app')
      assert.equal(await visit(app, visitor(), over), 'asked')
    })

    test('whoever was locked out with their app is not asked for it', async () => {
      const shown = await createCommandLine(app)(['user', 'show', 'mallory'])
      assert.match(shown.out, /totp signed: 10 wrong in a row, paused until/)
      const { page } = await begin(app, createUserAgent(), { login_hint: 'mallory' })
      assert.match(page.title, /^Enter the code we emailed you/)
    })

    test('the policy, the help desk and the audit are as they were', async () => {
      const sallyport = createCommandLine(app)
      const said = async (...line: readonly string[]) => (await sallyport(line)).out
      assert.match(await said('policy', 'show'), /nobody from there/)
      assert.match(await said('user', 'show', 'no.contact'), /bypass-code good until/)
      assert.match(await said('user', 'show', 'gone'), /disabled/)
      const { page } = await begin(app, createUserAgent('en'))
      assert.match(page.body, /<html lang="zh-CN"/)
      assert.match(await said('audit', 'verify'), /The chain is whole/)
    })

    test('its configuration is taken as it is', () => {
      const file = (name: string) => readFileSync(join(FIXTURES, release, name), 'utf8')
      const key = file('field-key')
      const { issuer, encryption } = configFrom(parse(file('sallyport.yaml')), { 'field-key': key })
      assert.equal(issuer, 'https://2fa.kestrel.example')
      assert.deepEqual(encryption.keys, app.config.encryption.keys)
    })
  })
