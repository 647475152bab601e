import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { codeNow } from '../e2e/oathtool.ts'
import { needs } from '../support/needs.ts'
import { until } from '../support/wire-bench.ts'
import { type Company, openCompany } from './company.ts'
import { as, atLevel, bind, PASSWORD, required, SALLYPORT, subflow, withFlow } from './flows.ts'
import type { RealmFile } from './realm.ts'
import { assertProven, assertUnproven, ESSENTIAL, tokensOf } from './shop.ts'
import { openSite, PATIENT, type Site } from './site.ts'
import type { Visitor } from './visitor.ts'

const PEOPLE = ['ada', 'bo', 'chen', 'dai', 'eve', 'fang', 'gus', 'hua', 'ivo']
const OTP_KEY = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

describe('flows that an administrator may build around the step', {
  ...needs('chromium', 'mvn', 'unzip', 'oathtool'),
}, () => {
  let site: Site
  let company: Company
  before(async () => {
    site = await openSite(async (keycloak, opening) =>
      opening.use(await openCompany(keycloak, PEOPLE, { withRealm })),
    )
    company = site.company
  })
  after(() => site?.[Symbol.asyncDispose]())

  describe('as ALTERNATIVE beside Keycloak’s OTP form', () => {
    before(() => bind(company, 'kiosk', 'either'))

    test('it comes at once for whom has no OTP at Keycloak', PATIENT, async () => {
      await using ada = await atKiosk('ada', ESSENTIAL)
      await ada.confirm()
      assertProven(await company.kiosk.heard(ada.page))
    })

    test('it is what Try another way leads to, and from it back to OTP', PATIENT, async () => {
      await using bo = await atKiosk('bo', ESSENTIAL)
      await bo.page.locator('#otp').waitFor()
      await anotherWay(bo, 'Second factor')
      await bo.confirm()
      assertProven(await company.kiosk.heard(bo.page))

      await using back = await atKiosk('bo', ESSENTIAL)
      await anotherWay(back, 'Second factor')
      await back.cancel()
      assert.match(await back.complaint(), /was not confirmed/)
      await anotherWay(back, 'Authenticator Application')
      await back.page.locator('#otp').fill(await codeNow(OTP_KEY))
      await back.page.locator('#kc-login').click()
      const { idToken } = tokensOf(await company.kiosk.heard(back.page))
      assert.deepEqual([idToken['acr'], idToken['stepup_acr']], ['mfa', undefined])
    })
  })

  test('with “user configured” beside it, everybody is asked', PATIENT, async () => {
    await bind(company, 'kiosk', 'configured')
    await using chen = await atKiosk('chen', ESSENTIAL)
    await chen.confirm()
    assertProven(await company.kiosk.heard(chen.page))
  })

  test(
    'in a CONDITIONAL subflow it asks those for whom the condition holds, and no others',
    PATIENT,
    async () => {
      await bind(company, 'kiosk', 'by-role')
      await using dai = await atKiosk('dai')
      await dai.confirm()
      assertProven(await company.kiosk.heard(dai.page), ['otp'], { acr: 'pwd' })
      await using eve = await atKiosk('eve')
      assertUnproven(await company.kiosk.heard(eve.page), undefined)
      assert.equal(eve.sent.length, 0)
    },
  )

  test(
    'as plain REQUIRED after the password, without any level, everybody is asked',
    PATIENT,
    async () => {
      await bind(company, 'kiosk', 'plain')
      await using eve = await atKiosk('eve')
      await eve.confirm()
      // Keycloak’s own acr speaks of levels, and here it knows of none.
      assertProven(await company.kiosk.heard(eve.page), ['otp'], { acr: 'pwd' })
    },
  )

  test('a level that ran out is asked for again', PATIENT, async () => {
    await using fang = await site.visit('fang')
    await fang.signIn()
    await fang.confirm()
    const first = await company.shop.heard(fang.page)
    assertProven(first)
    await fang.begin()
    assert.deepEqual(stepUpAt(await company.shop.heard(fang.page)), stepUpAt(first))
    await company.set({ 'loa-max-age': '1' }, 'loa-2')
    try {
      // Its second began no later than the token did.
      await until('over', () => Date.now() / 1000 > Number(tokensOf(first).idToken['iat']) + 2)
      await fang.begin()
      await fang.confirm()
      const again = await company.shop.heard(fang.page)
      assertProven(again)
      assert.ok(Number(stepUpAt(again)) > Number(stepUpAt(first)))
    } finally {
      await company.set({ 'loa-max-age': '300' }, 'loa-2')
    }
  })

  test(
    'what an application asks for is raised to its minimum, and never lowered',
    PATIENT,
    async () => {
      await using gus = await site.visit('gus')
      await gus.signIn({ acr_values: 'pwd' })
      await gus.confirm()
      assertProven(await company.shop.heard(gus.page))
    },
  )

  test('two people at once in one browser have a step-up of their own each', PATIENT, async () => {
    await using hua = await site.visit('hua')
    await hua.signIn()
    const other = await hua.context.newPage()
    await hua.begin({}, other)
    await hua.givePassword(other, 'ivo')
    for (const page of [hua.page, other]) {
      await page.getByRole('button', { name: /Email me a code/ }).click()
      await page.locator('#code').waitFor()
    }
    const [hers, his] = ['hua', 'ivo'].map(
      (name) => company.outbox.newest(`${name}@example.com`)?.code ?? '',
    )
    await hua.answer(hers ?? '', other)
    await other.getByText(/Not the right code/).waitFor()
    await hua.answer(his ?? '', other)
    const heard = await company.shop.heard(other)
    assertProven(heard)
    assert.equal(tokensOf(heard).idToken['preferred_username'], 'ivo')
    await hua.answer(hers ?? '')
    // The browser is signed in as him by now.
    assert.match(await hua.complaint(), /already authenticated as different user 'ivo'/)
  })

  /** By the list that Keycloak shows. */
  async function anotherWay({ page }: Visitor, name: string): Promise<void> {
    await page.locator('#try-another-way').click()
    await page.getByRole('heading', { name, exact: true }).click()
  }

  async function atKiosk(username: string, parameters = {}): Promise<Visitor> {
    const visitor = await site.visit(username)
    await visitor.page.goto(company.kiosk.signIn(parameters))
    await visitor.givePassword()
    return visitor
  }
})

const stepUpAt = (heard: Parameters<typeof tokensOf>[0]) =>
  tokensOf(heard).idToken['stepup_auth_time']

/** The flows, a condition's role for one person, and for another an OTP app that Keycloak itself knows. */
function withRealm(file: RealmFile): object {
  const either = [as('ALTERNATIVE', SALLYPORT), as('ALTERNATIVE', required('auth-otp-form'))]
  const second = subflow('second', 'REQUIRED', either)
  const configured = required('conditional-user-configured')
  const byRole = subflow('careful', 'CONDITIONAL', [
    required('conditional-user-role', 'careful'),
    SALLYPORT,
  ])
  let all = withFlow(file, 'either', [atLevel(1, PASSWORD), atLevel(2, second)])
  all = withFlow(all, 'configured', [atLevel(1, PASSWORD), atLevel(2, configured, SALLYPORT)])
  all = withFlow(all, 'by-role', [PASSWORD, byRole])
  all = withFlow(all, 'plain', [PASSWORD, SALLYPORT])
  const careful = { alias: 'careful', config: { condUserRole: 'careful', negate: 'false' } }
  return {
    ...all,
    authenticatorConfig: [...all.authenticatorConfig, careful],
    roles: { realm: [{ name: 'careful' }] },
    users: all.users.map((user) => ({
      ...user,
      ...(user.username === 'dai' && { realmRoles: ['careful'] }),
      ...(user.username === 'bo' && { credentials: [...user.credentials, OTP_CREDENTIAL] }),
    })),
  }
}

const OTP_CREDENTIAL = {
  ...{ type: 'otp', userLabel: 'phone', secretData: JSON.stringify({ value: OTP_KEY }) },
  credentialData: JSON.stringify({
    ...{ subType: 'totp', digits: 6, counter: 0, period: 30 },
    ...{ algorithm: 'HmacSHA1', secretEncoding: 'BASE32' },
  }),
}
