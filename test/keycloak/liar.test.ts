import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { forgeriesOf } from '../support/forgeries.ts'
import { type Keycloak, openKeycloak } from '../support/keycloak.ts'
import { needs } from '../support/needs.ts'
import { createSigner } from '../support/signer.ts'
import type { Claims, Token } from './liar.ts'
import type { Row } from './lie.ts'
import { CALLBACK, heardOn, type LiedTo, openLiedTo, sentence } from './lied-to.ts'
import { OUTAGES, REFUSALS, STRANGE } from './lies-of-a-server.ts'
import { ANSWERS, TOKENS } from './lies-that-are-told.ts'
import { tokensOf } from './shop.ts'
import { complaintOf, createWalker, type Page, type Walker } from './walker.ts'

const TIMEOUT_MS = 1000
/** The cache of keys in Keycloak asks for a set again after this long. */
const KEYS_RELOADED_AFTER_MS = 10_000

describe('a Sallyport that lies to Keycloak', {
  ...needs('mvn', 'unzip'),
  timeout: 300_000,
}, () => {
  let keycloak: Keycloak
  let company: LiedTo
  let ada = createWalker()
  let page: Page
  let keysAt = 0
  const issuers: Record<'newName' | 'sameName', string> = { newName: '', sameName: '' }
  before(async () => {
    keycloak = await openKeycloak()
    company = await openLiedTo(keycloak, ['ada', 'bo'], { timeout: `${TIMEOUT_MS}` })
    for (const name of ['newName', 'sameName'] as const) {
      issuers[name] = company.liar.newIssuer()
      await company.set({ issuer: issuers[name] })
      await passes(createWalker(), 'bo')
    }
    keysAt = Date.now()
    await company.set({ issuer: company.liar.newIssuer() })
    company.liar.lie({ par: (response) => void response.writeHead(503).end() })
    page = await company.signIn(ada, 'ada')
  })
  after(async () => {
    await company?.[Symbol.asyncDispose]()
    await keycloak?.[Symbol.asyncDispose]()
  })

  for (const row of [...OUTAGES, ...STRANGE, ...REFUSALS, ...TOKENS, ...ANSWERS])
    test(row.name, () => isRefused(row))

  test('Sallyport is down', async () => {
    const issuer = 'http://localhost:1'
    await company.set({ issuer })
    await fails({
      error: 'stepup_unavailable',
      log: /issuer, timeout: http:\/\/localhost:1\S+ did not answer/,
    })
    await company.set({ issuer: company.liar.newIssuer() })
  })

  test("another user's sub", async () => {
    const sub = await company.idOf('bo')
    company.liar.lie({ claims: { sub } })
    await fails({ error: 'stepup_bad_token', log: /sub is somebody else/ })
  })

  test("another user's code", async () => {
    company.liar.lie({})
    const bo = createWalker()
    const waiting = await company.signIn(bo, 'bo', `${company.realmUrl}${CALLBACK}`)
    const { code } = company.liar.pushed()
    company.liar.lie({ back: (query) => query.set('code', code) })
    await fails({ error: 'stepup_expired', log: /Sallyport refuses the code/ })
    company.liar.lie({})
    // Which it did not cost them.
    assert.equal(tokensOf(heardOn(await bo.go(waiting.url))).idToken['acr'], 'mfa')
  })

  test('an ID token that is forged: alg none, HS256 with the public key, and what else there is', async () => {
    let forgeries: Awaited<ReturnType<typeof forgeriesOf>> = []
    for (let nth = 0; nth === 0 || nth < forgeries.length; nth++) {
      const forge = async (token: Token) => {
        forgeries = await forgeriesOver(token)
        return forgeries[nth]?.[1] ?? ''
      }
      company.liar.lie({ forge })
      page = await tryAgain()
      assert.ok(page.html.includes(sentence('stepup_bad_token')), forgeries[nth]?.[0])
    }
    assert.ok(forgeries.length > 50)
  })

  test('Sallyport changed its keys: a new name passes after one reload, the same name does not', async () => {
    await setTimeout(Math.max(0, keysAt + KEYS_RELOADED_AFTER_MS + 1000 - Date.now()))
    company.liar.lie({})
    const { newName, sameName } = issuers
    const [asked] = [company.liar.heard(newName, 'jwks')]
    company.liar.changeKey(newName, 'new')
    await company.set({ issuer: newName })
    await passes(createWalker(), 'bo')
    assert.equal(company.liar.heard(newName, 'jwks'), asked + 1)
    await company.set({ issuer: sameName })
    company.liar.lie({ forge: ({ claims, signer }) => createSigner(signer.kid).sign(claims) })
    for (let twice = 0; twice < 2; twice++)
      await fails({ error: 'stepup_bad_token', log: /the signature is none of Sallyport's/ })
    assert.equal(company.liar.heard(sameName, 'jwks'), 2)
  })

  test('clock skew within what is tolerated passes, and so does everything once the truth is told', async () => {
    const now = Math.floor(Date.now() / 1000)
    company.liar.lie({ claims: { iat: now + 8, auth_time: now + 8 } })
    page = await tryAgain()
    assert.equal(tokensOf(heardOn(page)).idToken['acr'], 'mfa')
  })

  test('of all that nothing was counted, and the person was not locked out', async () => {
    assert.equal(await company.failures('ada'), 0)
    assert.equal(await company.failures('bo'), 0)
  })

  test('error=access_denied is what is counted', async () => {
    const bo = createWalker()
    const back = (query: URLSearchParams) => {
      query.delete('code')
      query.set('error', 'access_denied')
    }
    company.liar.lie({ back })
    await company.failing(
      { error: 'stepup_denied', log: /Sallyport let the person not pass/ },
      () => company.signIn(bo, 'bo'),
    )
    for (let left = 20; left > 0 && (await company.failures('bo')) === 0; left--)
      await setTimeout(100)
    assert.equal(await company.failures('bo'), 1)
  })

  test('a page in Chinese for whoever reads Chinese', async () => {
    company.liar.lie({ claims: { acr: 'pwd' } })
    const chen = createWalker('zh-CN')
    const shown = await company.signIn(chen, 'ada')
    assert.equal(complaintOf(shown), sentence('stepup_unmet', 'zh_CN'))
    assert.match(shown.html, />重试</)
  })

  test('what goes along names the person in one way, and says nothing else of them', async () => {
    const { form } = company.liar.pushed()
    assert.equal(form.get('login_hint'), await company.idOf('ada'))
    const context = JSON.parse(form.get('sallyport_context') ?? '') as Claims
    assert.deepEqual(context['identifiers'], { preferred_username: 'ada' })
    assert.doesNotMatch([...form.values()].join('\n'), /example\.com|Example/)
  })

  test('the log has no secret, and the liar was told no lie', () => {
    const log = keycloak.log()
    const { secrets, complaints } = company.liar
    assert.ok(secrets.length > 100)
    assert.deepEqual(
      secrets.filter((one) => log.includes(one)),
      [],
    )
    assert.doesNotMatch(log, /^2026-01-01 INFO all is well/m)
    assert.deepEqual(complaints, [])
  })

  async function isRefused(row: Row): Promise<void> {
    if (row.isAnew) await company.set({ issuer: company.liar.newIssuer() })
    company.liar.lie(row.lies)
    const began = Date.now()
    await fails(row)
    assert.ok(Date.now() - began < TIMEOUT_MS * 4)
  }

  async function fails(how: { readonly error: string; readonly log: RegExp }): Promise<void> {
    page = await company.failing(how, tryAgain)
  }

  /** On the page where there is one that goes on, else from the application. */
  async function tryAgain(): Promise<Page> {
    if (page.html.includes('kc-sallyport-form'))
      return ada.submit(page, 'kc-sallyport-form', { 'sallyport-retry': '1' })
    ada = createWalker()
    return company.signIn(ada, 'ada')
  }

  async function passes(walker: Walker, username: string): Promise<void> {
    company.liar.lie({})
    assert.equal(tokensOf(heardOn(await company.signIn(walker, username))).idToken['acr'], 'mfa')
  }
})

function forgeriesOver({ claims, signer }: Token) {
  const good = signer.sign({ ...claims, more: 1 })
  const [tenant, stranger] = [createSigner('tenant'), createSigner(signer.kid)]
  return forgeriesOf({ claims, typ: 'JWT', good, owner: signer, tenant, stranger })
}
