import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { needs } from '../support/needs.ts'
import { until } from '../support/wire-bench.ts'
import { openCompany } from './company.ts'
import { assertProven, ESSENTIAL, tokensOf } from './shop.ts'
import { openSite, PATIENT, type Site } from './site.ts'
import type { Visitor } from './visitor.ts'

const DENIALS_MAX = 3
const LOCK_SECONDS = 15
const LONG_SECONDS = 900
const POLL_MS = 250
const PEOPLE = ['ada', 'bo', 'chen', 'dai']

describe('Keycloak’s brute-force detection', { ...needs('chromium', 'mvn', 'unzip') }, () => {
  let site: Site
  before(async () => {
    site = await openSite(async (keycloak, opening) =>
      opening.use(await openCompany(keycloak, PEOPLE)),
    )
    await protect(lockedFor(LOCK_SECONDS))
  })
  after(() => site?.[Symbol.asyncDispose]())

  test(
    'counts each denied step-up, locks for as long as the realm says, and no longer',
    PATIENT,
    async () => {
      const { company } = site
      await using ada = await site.visit('ada')
      await ada.signIn()
      await deny(ada, DENIALS_MAX)
      await isLocked('ada')
      assert.equal(await company.failures('ada'), DENIALS_MAX)

      const pushed = await company.pushed()
      await ada.page.locator('#kc-sallyport-retry').click()
      assert.match(await ada.complaint(), /locked for now/)
      assert.equal(await ada.page.locator('#kc-sallyport-retry').count(), 0)
      assert.equal(ada.sent.length, DENIALS_MAX)
      assert.equal(await company.pushed(), pushed)
      const refused = (await company.events()).find(({ error }) => error?.startsWith('stepup_'))
      assert.equal(refused?.error, 'stepup_locked')
      // To be refused for that is no failure of its own.
      assert.equal(await company.failures('ada'), DENIALS_MAX)

      await isLocked('ada', false)
      await ada.signIn()
      await ada.confirm()
      assertProven(await company.shop.heard(ada.page))
      await until('forgotten', async () => (await company.failures('ada')) === 0)
    },
  )

  test('keeps whom it has locked from a step-up on a live session as well', PATIENT, async () => {
    const { company } = site
    await protect(lockedFor(LONG_SECONDS))
    await using bo = await site.visit('bo')
    await bo.page.goto(company.kiosk.signIn())
    await bo.givePassword()
    assert.equal(tokensOf(await company.kiosk.heard(bo.page)).idToken['acr'], 'pwd')
    await using thief = await site.visit('bo')
    await thief.signIn()
    await deny(thief, DENIALS_MAX)
    await isLocked('bo')

    const pushed = await company.pushed()
    await bo.page.goto(company.kiosk.signIn(ESSENTIAL))
    assert.match(await bo.complaint(), /locked for now/)
    assert.equal(bo.sent.length, 0)
    assert.equal(await company.pushed(), pushed)
  })

  test(
    'locks for good where the realm says so, until an administrator lets them in',
    PATIENT,
    async () => {
      const { company } = site
      await protect({ permanentLockout: true, maxTemporaryLockouts: 0 })
      try {
        await using chen = await site.visit('chen')
        await chen.signIn()
        await deny(chen, DENIALS_MAX)
        const { id } = await company.userOf('chen')
        const user = async () =>
          (await company.admin('GET', `/users/${id}`)) as { readonly enabled: boolean }
        await until('locked', async () => !(await user()).enabled)
        const pushed = await company.pushed()
        await chen.page.locator('#kc-sallyport-retry').click()
        assert.match(await chen.complaint(), /is disabled/)
        assert.equal(await company.pushed(), pushed)

        await company.admin('DELETE', `/attack-detection/brute-force/users/${id}`)
        await company.admin('PUT', `/users/${id}`, { ...(await user()), enabled: true })
        await chen.signIn()
        await chen.confirm()
        assertProven(await company.shop.heard(chen.page))
      } finally {
        await protect({ permanentLockout: false })
      }
    },
  )

  test('counts no outage, however often somebody tries', PATIENT, async () => {
    const { company } = site
    await using dai = await site.visit('dai')
    await company.stopSallyport()
    try {
      await dai.signIn()
      for (let left = DENIALS_MAX; left > 0; left--) {
        assert.match(await dai.complaint(), /cannot be asked right now/)
        await Promise.all([
          dai.page.waitForNavigation(),
          dai.page.locator('#kc-sallyport-retry').click(),
        ])
      }
    } finally {
      await company.startSallyport()
    }
    await dai.page.locator('#kc-sallyport-retry').click()
    await dai.confirm()
    assertProven(await company.shop.heard(dai.page))
    assert.deepEqual(
      await company.attacked('dai').then(({ numFailures, disabled }) => [numFailures, disabled]),
      [0, false],
    )
  })

  /** Gives up at Sallyport so many times, from there on. */
  async function deny(visitor: Visitor, times: number): Promise<void> {
    for (let n = 0; n < times; n++) {
      if (n > 0) await visitor.page.locator('#kc-sallyport-retry').click()
      await visitor.cancel()
      assert.match(await visitor.complaint(), /was not confirmed/)
    }
  }

  /** Keycloak counts behind its answer. */
  const isLocked = (username: string, wanted = true) =>
    until(`locked: ${wanted}`, async () => {
      await setTimeout(POLL_MS)
      return (await site.company.attacked(username)).disabled === wanted
    })

  const lockedFor = (seconds: number) => ({
    ...{ waitIncrementSeconds: seconds, maxFailureWaitSeconds: seconds },
  })

  async function protect(settings: object): Promise<void> {
    const realm = { bruteForceProtected: true, failureFactor: DENIALS_MAX, ...settings }
    await site.company.admin('PUT', '', realm)
  }
})
