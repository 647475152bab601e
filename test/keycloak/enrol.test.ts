import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { needs } from '../support/needs.ts'
import { type Company, openCompany } from './company.ts'
import { confirmByApp, setUpApp } from './factors.ts'
import { assertProven, tokensOf } from './shop.ts'
import { openSite, PATIENT, type Site } from './site.ts'
import type { Visitor } from './visitor.ts'

const PEOPLE = ['ada', 'bo', 'chen']
const ACTION = 'sallyport-enrol'

describe('looking after factors, as Keycloak’s required action', {
  ...needs('chromium', 'mvn', 'unzip', 'oathtool'),
}, () => {
  let site: Site
  let company: Company
  before(async () => {
    site = await openSite(async (keycloak, opening) =>
      opening.use(await openCompany(keycloak, PEOPLE)),
    )
    company = site.company
  })
  after(() => site?.[Symbol.asyncDispose]())

  test('adds an OTP app that the next sign-in asks for', PATIENT, async () => {
    await using ada = await site.visit('ada')
    await atKiosk(ada)
    await ada.page.goto(company.kiosk.signIn({ kc_action: ACTION }))
    const app = await setUpApp(ada)
    await done(ada)
    // To have set one up is no level.
    const { idToken } = tokensOf(await company.kiosk.heard(ada.page))
    assert.deepEqual([idToken['acr'], idToken['stepup_acr']], ['pwd', undefined])
    assert.equal(statusAt(ada), 'success')

    await using again = await site.visit('ada')
    await again.signIn()
    await confirmByApp(again, app)
    assertProven(await company.shop.heard(again.page))
    assert.equal(again.mails(), 1)
  })

  test(
    'comes to nothing where the person gives up, and the application hears so',
    PATIENT,
    async () => {
      await using bo = await site.visit('bo')
      await atKiosk(bo)
      await bo.page.goto(company.kiosk.signIn({ kc_action: ACTION }))
      await bo.cancel()
      await company.kiosk.heard(bo.page)
      assert.equal(statusAt(bo), 'cancelled')
      const events = await company.events()
      assert.ok(events.some(({ error }) => error === 'stepup_denied'))
      assert.equal(await company.failures('bo'), 0)
    },
  )

  test(
    'that an administrator assigns is asked for at the next sign-in, and once',
    PATIENT,
    async () => {
      const { id } = await company.userOf('chen')
      const actions = async () =>
        (
          (await company.admin('GET', `/users/${id}`)) as {
            readonly requiredActions: readonly string[]
          }
        ).requiredActions
      await company.admin('PUT', `/users/${id}`, { requiredActions: [ACTION] })
      await using chen = await site.visit('chen')
      await chen.page.goto(company.kiosk.signIn())
      await chen.givePassword()
      await chen.cancel()
      // Nobody gets by it.
      assert.match(await chen.complaint(), /was not confirmed/)
      assert.deepEqual(await actions(), [ACTION])
      await chen.page.locator('#kc-sallyport-retry').click()
      const app = await setUpApp(chen)
      await done(chen)
      await company.kiosk.heard(chen.page)
      assert.deepEqual(await actions(), [])

      await using again = await site.visit('chen')
      await again.signIn()
      await confirmByApp(again, app)
      assertProven(await company.shop.heard(again.page))
    },
  )

  async function atKiosk(visitor: Visitor): Promise<void> {
    await visitor.page.goto(company.kiosk.signIn())
    await visitor.givePassword()
    await company.kiosk.heard(visitor.page)
  }

  const done = ({ page }: Visitor) => page.getByRole('button', { name: 'Done' }).click()

  const statusAt = ({ page }: Visitor) => new URL(page.url()).searchParams.get('kc_action_status')
})
