import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Keycloak, openKeycloak } from '../support/keycloak.ts'
import { needs } from '../support/needs.ts'
import type { Event } from './company.ts'
import { CALLBACK, heardOn, type LiedTo, openLiedTo } from './lied-to.ts'
import { passwordOf } from './realm.ts'
import { tokensOf } from './shop.ts'
import { createWalker, type Page, type Walker } from './walker.ts'

const CROWD = Array.from({ length: 20 }, (_, nth) => `user${nth}`)
const PEOPLE = ['ada', 'bo', 'chen', 'dai', 'eve', ...CROWD]
const NO_SESSION = { error: 'stepup_no_session', log: /callback: this browser has no sign-in/ }
const STRANGER = { error: 'stepup_state_mismatch', log: /callback: state is/ }

describe('the way back from Sallyport to Keycloak', {
  ...needs('mvn', 'unzip'),
  timeout: 300_000,
}, () => {
  let keycloak: Keycloak
  let company: LiedTo
  let other: LiedTo
  before(async () => {
    keycloak = await openKeycloak()
    company = await openLiedTo(keycloak, PEOPLE)
    other = await openLiedTo(keycloak, ['ada'])
  })
  after(async () => {
    await other?.[Symbol.asyncDispose]()
    await company?.[Symbol.asyncDispose]()
    await keycloak?.[Symbol.asyncDispose]()
  })
  const callback = () => `${company.realmUrl}${CALLBACK}`
  /** Where Sallyport sent the browser back to, which it has not followed yet. */
  const out = async (walker: Walker, username: string) => {
    company.liar.lie({})
    const { url } = await company.signIn(walker, username, callback())
    assert.ok(url.startsWith(callback()), url)
    return url
  }
  const arrives = async (walker: Walker, url: string, username: string) => {
    const { idToken } = tokensOf(heardOn(await walker.go(url)))
    assert.equal(idToken['preferred_username'], username)
    assert.equal(idToken['acr'], 'mfa')
  }

  test('a replayed callback', async () => {
    const ada = createWalker()
    const back = await out(ada, 'ada')
    await arrives(ada, back, 'ada')
    await company.failing(NO_SESSION, () => ada.go(back))
  })

  test('a callback without a session, or from another browser', async () => {
    const [ada, bo] = [createWalker(), createWalker()]
    const back = await out(ada, 'ada')
    await company.failing(NO_SESSION, () => createWalker().go(back))
    const own = await out(bo, 'bo')
    await company.failing(NO_SESSION, () => bo.go(back))
    await arrives(bo, own, 'bo')
    await arrives(ada, back, 'ada')
  })

  test('a callback in Chinese, where no flow can go on', async () => {
    const page = await createWalker('zh-CN').go(`${callback()}?state=x&iss=x`)
    assert.match(page.html, /此页面属于已结束或在别处发起的登录/)
  })

  test('swapped tabs: the state of one with the code of the other', async () => {
    const ada = createWalker()
    const [first, second] = [await out(ada, 'ada'), await out(ada, 'ada')]
    const swapped = new URL(first)
    swapped.searchParams.set('code', `${new URL(second).searchParams.get('code')}`)
    const refused = { error: 'stepup_expired', log: /Sallyport refuses the code/ }
    await company.failing(refused, () => ada.go(swapped.href))
    await arrives(ada, second, 'ada')
  })

  test('an answer to a step-up that a newer one took the place of', async () => {
    const ada = createWalker()
    const first = await out(ada, 'ada')
    const failed = first.replace(/code=[^&]*/, 'error=server_error')
    const outage = { error: 'stepup_unavailable', log: /Sallyport answers server_error/ }
    const page = await company.failing(outage, () => ada.go(failed))
    const again = { 'sallyport-retry': '1' }
    const next = await ada.submit(page, 'kc-sallyport-form', again, { until: callback() })
    await company.failing(STRANGER, () => ada.go(first))
    await arrives(ada, next.url, 'ada')
  })

  test('a state of another realm, and of another application', async () => {
    const ada = createWalker()
    const back = await out(ada, 'ada')
    const elsewhere = back.replace(company.realmUrl, other.realmUrl)
    await other.failing(STRANGER, () => ada.go(elsewhere))
    const [kiosk] = (await company.admin('GET', '/clients?clientId=kiosk')) as readonly {
      readonly id: string
    }[]
    const url = new URL(back)
    const [random, tab] = `${url.searchParams.get('state')}`.split('.')
    const id = Buffer.from(kiosk?.id ?? '').toString('base64url')
    url.searchParams.set('state', `${random}.${tab}.${id}`)
    await company.failing(NO_SESSION, () => ada.go(url.href))
    // What is not asked of it leads nowhere.
    const more = new URLSearchParams({
      ...{ redirect_uri: 'https://evil.example.com', execution: 'x', client_id: 'kiosk' },
      ...{ tab_id: 'x', session_code: 'x', auth_session_id: 'x', kc_action: 'x' },
    })
    await arrives(ada, `${back}&${more}`, 'ada')
  })

  test('the same answer many times at once: one is redeemed', async () => {
    const ada = createWalker()
    const back = await out(ada, 'ada')
    const { issuer } = company.liar.pushed()
    const before = company.liar.heard(issuer, 'token')
    const pages = await Promise.all(Array.from({ length: 5 }, () => ada.go(back)))
    assert.equal(company.liar.heard(issuer, 'token'), before + 1)
    assert.ok(pages.filter(({ html }) => html.includes('"acr":"mfa"')).length <= 1)
  })

  test('two users at once in one browser', async () => {
    const both = createWalker()
    const [adas, bos] = [await out(both, 'ada'), await out(both, 'bo')]
    await arrives(both, bos, 'bo')
    const page = await both.go(adas)
    // Keycloak's own refusal, or a page of ours: nobody is signed in as somebody else.
    assert.doesNotMatch(page.html, /"idToken"/)
    assert.match(page.html, /\/login\/keycloak/)
  })

  test('twenty users at once: each gets the token of their own', async () => {
    company.liar.lie({})
    const pages = await Promise.all(
      CROWD.map((username) => company.signIn(createWalker(), username)),
    )
    const ids = await Promise.all(CROWD.map((username) => company.idOf(username)))
    for (const [nth, page] of pages.entries()) {
      const { idToken, accessToken } = tokensOf(heardOn(page))
      for (const token of [idToken, accessToken]) {
        assert.equal(token['preferred_username'], CROWD[nth])
        assert.equal(token['sub'], ids[nth])
        assert.equal(token['stepup_acr'], 'mfa')
      }
    }
    assert.equal(new Set(ids).size, CROWD.length)
  })

  test('the user was disabled in the meantime', async () => {
    const chen = createWalker()
    const back = await out(chen, 'chen')
    await company.admin('PUT', `/users/${await company.idOf('chen')}`, { enabled: false })
    isRefused(await chen.go(back))
    assert.equal(await newestError(), 'user_disabled')
  })

  test('the user was deleted in the meantime', async () => {
    const dai = createWalker()
    const back = await out(dai, 'dai')
    await company.admin('DELETE', `/users/${await company.idOf('dai')}`)
    const gone = { error: 'stepup_no_session', log: /the user was deleted during the sign-in/ }
    const page = await company.failing(gone, () => dai.go(back))
    assert.doesNotMatch(page.html, /kc-sallyport-retry/)
  })

  test('the session was logged out in the meantime', async () => {
    const eve = createWalker()
    const login = await eve.go(company.kiosk.signIn())
    const filled = { username: 'eve', password: passwordOf('eve') }
    assert.ok(heardOn(await eve.submit(login, 'kc-form-login', filled)))
    company.liar.lie({})
    const { url } = await eve.go(company.shop.signIn(), { until: callback() })
    assert.ok(url.startsWith(callback()), url)
    await company.admin('POST', `/users/${await company.idOf('eve')}/logout`)
    await company.failing(NO_SESSION, () => eve.go(url))
  })

  test('the application was disabled in the meantime', async () => {
    const ada = createWalker()
    const back = await out(ada, 'ada')
    const [shop] = (await company.admin('GET', '/clients?clientId=shop')) as readonly {
      readonly id: string
    }[]
    await company.admin('PUT', `/clients/${shop?.id}`, { ...shop, enabled: false })
    try {
      const disabled = { error: 'stepup_no_session', log: /callback: the application was disabled/ }
      await company.failing(disabled, () => ada.go(back))
    } finally {
      await company.admin('PUT', `/clients/${shop?.id}`, { ...shop, enabled: true })
    }
  })

  test('looking after factors: confirmed, cancelled, and with a Sallyport that lies', async () => {
    const ada = createWalker()
    company.liar.lie({})
    assert.ok(heardOn(await company.signIn(ada, 'ada')))
    const enrol = company.shop.signIn({ kc_action: 'sallyport-enrol' })
    assert.match((await ada.go(enrol)).url, /kc_action_status=success/)

    company.liar.lie({ back: refusing('access_denied') })
    assert.match((await ada.go(enrol)).url, /kc_action_status=cancelled/)

    company.liar.lie({ claims: { acr: 'exempt', amr: [], auth_time: undefined } })
    const exempt = {
      error: 'stepup_unmet',
      log: /required action sallyport-enrol: acceptExempt: is off/,
    }
    const page = await company.failing(exempt, () => ada.go(enrol))
    company.liar.lie({ claims: { sub: 'nobody' } })
    const nobody = { error: 'stepup_bad_token', log: /sub is somebody else/ }
    const again = () => ada.submit(page, 'kc-sallyport-form', { 'sallyport-retry': '1' })
    await company.failing(nobody, again)
  })

  test('an execution without settings', async () => {
    await other.admin('DELETE', `/authentication/config/${other.settingsId}`)
    const how = {
      error: 'stepup_misconfigured',
      log: /it has no settings\): issuer: should be.*; clientId: should be/,
    }
    await other.failing(how, () => other.signIn(createWalker(), 'ada'))
    assert.equal(await other.failures('ada'), 0)
  })

  test('of all that nothing was counted', async () => {
    for (const username of ['ada', 'bo', 'eve']) assert.equal(await company.failures(username), 0)
    assert.deepEqual(company.liar.complaints, [])
  })

  const refusing = (error: string) => (query: URLSearchParams) => {
    query.delete('code')
    query.set('error', error)
  }

  function isRefused(page: Page): void {
    assert.ok(page.url.startsWith(company.realmUrl), page.url)
    assert.match(page.html, /\/resources\/[^"]*\/login\/keycloak/)
    assert.match(page.html, /kc-error-message|kc-feedback-text|alert__title/)
  }

  async function newestError() {
    const events = (await company.admin('GET', '/events?max=5')) as readonly Event[]
    return events.find(({ error }) => error !== undefined)?.error
  }
})
