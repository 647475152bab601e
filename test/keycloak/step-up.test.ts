import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { needs } from '../support/needs.ts'
import { until } from '../support/wire-bench.ts'
import { type Company, openCompany } from './company.ts'
import { ESSENTIAL, tokensOf } from './shop.ts'
import { openSite, PATIENT, type Site } from './site.ts'

const PEOPLE = ['ada', 'bo', 'chen', 'dai', 'eve', 'fang', 'gus', 'hua', 'ivo', 'jin', 'kit']

describe('a step-up that Keycloak asks for', { ...needs('chromium', 'mvn', 'unzip') }, () => {
  let site: Site
  let company: Company
  before(async () => {
    site = await openSite(async (keycloak, opening) =>
      opening.use(await openCompany(keycloak, PEOPLE)),
    )
    company = site.company
  })
  after(() => site?.[Symbol.asyncDispose]())
  const visit: Site['visit'] = (...whom) => site.visit(...whom)

  test('ends at the application, with acr, amr and auth_time in both tokens', PATIENT, async () => {
    await using ada = await visit('ada')
    await ada.signIn()
    await ada.confirm()
    const { idToken, accessToken } = tokensOf(await company.shop.heard(ada.page))
    for (const token of [idToken, accessToken]) {
      assert.equal(token['acr'], 'mfa')
      assert.equal(token['stepup_acr'], 'mfa')
      assert.deepEqual(token['stepup_amr'], ['otp'])
      assert.ok(Math.abs(Number(token['stepup_auth_time']) - Date.now() / 1000) < 30)
    }
    assert.deepEqual(idToken['amr'], ['pwd', 'mfa'])
    const login = (await company.events()).find(({ type }) => type === 'LOGIN')
    assert.equal(login?.error, undefined)
    assert.equal(login?.details?.['stepup_acr'], 'mfa')
    assert.ok(login?.details?.['stepup_jti'])
  })

  test('is asked for on a live session, and with an essential acr', PATIENT, async () => {
    await using bo = await visit('bo')
    await bo.page.goto(company.kiosk.signIn())
    await bo.givePassword()
    assert.equal(tokensOf(await company.kiosk.heard(bo.page)).idToken['acr'], 'pwd')
    assert.equal(bo.sent.length, 0)
    await bo.page.goto(company.kiosk.signIn(ESSENTIAL))
    await bo.confirm()
    const raised = tokensOf(await company.kiosk.heard(bo.page)).idToken
    assert.equal(raised['acr'], 'mfa')
    assert.deepEqual(raised['stepup_amr'], ['otp'])
    await bo.begin() // the session has that level for five minutes
    assert.equal(tokensOf(await company.shop.heard(bo.page)).idToken['acr'], 'mfa')
    assert.equal(bo.sent.length, 1)
    await bo.begin({ prompt: 'login' })
    await bo.givePassword()
    await bo.confirm()
    assert.equal(tokensOf(await company.shop.heard(bo.page)).idToken['acr'], 'mfa')
  })

  test('speaks Chinese from the password to the end', PATIENT, async () => {
    await using chen = await visit('chen', { locale: 'zh-CN' })
    await chen.begin()
    await chen.page.getByText('登录').first().waitFor()
    await chen.givePassword()
    await chen.page.getByRole('heading', { name: '请选择验证方式' }).waitFor()
    await company.set({ issuer: 'nowhere' })
    await chen.page.goto(`${company.realmUrl}/login-actions/authenticate?${chen.tab()}`)
    await company.set({ issuer: company.sallyport })
    assert.equal(await chen.complaint(), '双因素验证的设置有误。请告知管理员。')
    await chen.page.getByRole('button', { name: '重试' }).click()
    await chen.confirm()
    assert.equal(tokensOf(await company.shop.heard(chen.page)).idToken['acr'], 'mfa')
  })

  test(
    'is the same one after a refresh, Back and a restart, and nothing is sent for them',
    PATIENT,
    async () => {
      await using dai = await visit('dai')
      await dai.signIn()
      await dai.page.getByRole('button', { name: /Email me a code/ }).click()
      await dai.page.locator('#code').waitFor()
      const tab = dai.tab()
      await dai.page.goto(`${company.realmUrl}/login-actions/authenticate?${tab}`)
      await dai.page.locator('#code').waitFor()
      await dai.page.goto(`${company.realmUrl}/login-actions/restart?${tab}`)
      await dai.givePassword()
      await dai.page.locator('#code').waitFor()
      assert.equal(new Set(dai.sent).size, 1)
      assert.equal(dai.sent.length, 3)
      assert.equal(company.outbox.count('dai@example.com'), 1)
      const code = company.outbox.newest('dai@example.com')?.code ?? ''
      await dai.page.locator('#code').fill(code)
      await dai.page.locator('#code').press('Enter')
      assert.equal(tokensOf(await company.shop.heard(dai.page)).idToken['acr'], 'mfa')
    },
  )

  test('is one of its own in each of two tabs, which both arrive', PATIENT, async () => {
    await using eve = await visit('eve')
    await eve.signIn()
    const second = await eve.context.newPage()
    await eve.begin({}, second)
    await eve.givePassword(second)
    await eve.confirm(second)
    assert.equal(tokensOf(await company.shop.heard(second)).idToken['acr'], 'mfa')
    assert.equal(new Set(eve.sent).size, 2)
    await eve.confirm()
    await eve.page.waitForURL(
      (url) => url.href.startsWith(company.shop.callback) || url.href.startsWith(company.realmUrl),
    )
  })

  test(
    'that is denied counts, shows a way back, and locks as the realm says',
    PATIENT,
    async () => {
      await using fang = await visit('fang')
      await fang.signIn()
      await fang.cancel()
      assert.match(await fang.complaint(), /was not confirmed/)
      await until('counted', async () => (await company.failures('fang')) === 1)
      assert.equal((await newestError()).error, 'stepup_denied')
      await fang.page.locator('#kc-sallyport-retry').click()
      await fang.confirm()
      assert.equal(tokensOf(await company.shop.heard(fang.page)).idToken['acr'], 'mfa')
    },
  )

  test('that cannot be asked while Sallyport is down locks nobody out', PATIENT, async () => {
    await using gus = await visit('gus')
    await company.stopSallyport()
    try {
      await gus.signIn()
      assert.match(await gus.complaint(), /cannot be asked right now/)
      await gus.page.locator('#kc-sallyport-retry').click()
      assert.match(await gus.complaint(), /cannot be asked right now/)
    } finally {
      await company.startSallyport()
    }
    assert.equal((await newestError()).error, 'stepup_unavailable')
    await gus.page.locator('#kc-sallyport-retry').click()
    await gus.confirm()
    assert.equal(tokensOf(await company.shop.heard(gus.page)).idToken['acr'], 'mfa')
    assert.equal(await company.failures('gus'), 0)
  })

  test('is not begun where the application wants no question', PATIENT, async () => {
    await using hua = await visit('hua')
    await hua.begin({ prompt: 'none', ...ESSENTIAL })
    assert.deepEqual(await company.shop.heard(hua.page), { error: 'login_required' })
    assert.equal(hua.sent.length, 0)
  })

  test('comes back to the browser that was sent out, once', PATIENT, async () => {
    await using ivo = await visit('ivo')
    await using thief = await visit('jin')
    await ivo.signIn()
    const held = ivo.held()
    await ivo.confirm()
    const back = await held

    await thief.page.goto(back)
    assert.match(await thief.complaint(), /no sign-in under way/)
    assert.equal((await newestError()).error, 'stepup_no_session')
    await thief.signIn()
    await thief.page.goto(back)
    assert.match(await thief.complaint(), /no sign-in under way|started elsewhere/)

    await ivo.page.goto(back)
    await company.shop.heard(ivo.page)
    await ivo.page.goto(back)
    assert.match(await ivo.complaint(), /no sign-in under way|started elsewhere/)
  })

  test('is what kc_action=sallyport-enrol begins, to look after own factors', PATIENT, async () => {
    await using kit = await visit('kit')
    await kit.signIn()
    await kit.confirm()
    await company.shop.heard(kit.page)
    await kit.begin({ kc_action: 'sallyport-enrol' })
    await kit.page.waitForURL((url) => url.href.startsWith(company.sallyport))
    assert.equal(kit.sent.length, 2)
  })

  async function newestError() {
    const failed = (await company.events()).find(({ error }) => error?.startsWith('stepup_'))
    assert.ok(failed)
    return failed
  }
})
