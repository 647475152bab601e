import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { needs } from '../support/needs.ts'
import { type Company, openCompany } from './company.ts'
import { passwordOf } from './realm.ts'
import { tokensOf } from './shop.ts'
import { openSite, PATIENT, type Site } from './site.ts'

const PEOPLE = ['ada', 'bo', 'chen', 'dai', 'eve', 'fang', 'gus']

describe('a step-up at Keycloak that is not as usual', {
  ...needs('chromium', 'mvn', 'unzip'),
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
  const visit: Site['visit'] = (...whom) => site.visit(...whom)
  const usual = () => ({ issuer: company.sallyport, clientId: 'keycloak', acrByLevel: '2=mfa' })

  test(
    'names the setting that is wrong, counts nothing, and goes on once it is right',
    PATIENT,
    async () => {
      await using ada = await visit('ada')
      await ada.begin()
      const wrong = [
        { issuer: '', hint: 'issuer: should be' },
        { issuer: company.shop.callback, hint: 'issuer: ' },
        { clientId: 'nobody', hint: 'clientId, algorithm: Sallyport does not know nobody' },
        { clientId: company.realmUrl, hint: 'clientId: should be' },
        { acrByLevel: '1=mfa', hint: 'acrByLevel: has no acr for level 2' },
        { nameFrom: 'ldapId', hint: 'nameFrom: is ldapId' },
        { nameFrom: 'attribute', nameAttribute: 'badge', hint: 'nameAttribute: the user has no' },
      ]
      for (const { hint, ...settings } of wrong) {
        await company.set({ ...usual(), nameFrom: 'username', ...settings })
        if (ada.page.url().startsWith(company.shop.callback)) await ada.begin()
        if (await ada.page.locator('#password').isVisible()) await ada.givePassword()
        else await ada.page.locator('#kc-sallyport-retry').click()
        assert.match(await ada.complaint(), /administrator/)
        const lines = site.keycloak
          .log()
          .split('\n')
          .filter((line) => line.includes(`${company.realm},`) && line.includes('step-up failed'))
        assert.ok(lines.at(-1)?.includes(hint), `${hint}: ${lines.at(-1)}`)
      }
      await company.set({ ...usual(), nameFrom: 'username' })
      await ada.page.locator('#kc-sallyport-retry').click()
      await ada.confirm()
      assert.equal(tokensOf(await company.shop.heard(ada.page)).idToken['acr'], 'mfa')
      assert.equal(await company.failures('ada'), 0)
    },
  )

  test('goes through although the realm key was rotated during it', PATIENT, async () => {
    await using dai = await visit('dai')
    await dai.signIn()
    const { id: parentId } = (await company.admin('GET', '')) as { readonly id: string }
    await company.admin('POST', '/components', {
      ...{ name: 'newer', providerId: 'rsa-generated', parentId },
      providerType: 'org.keycloak.keys.KeyProvider',
      config: { priority: ['500'], enabled: ['true'], active: ['true'], algorithm: ['RS256'] },
    })
    await dai.confirm()
    assert.equal(tokensOf(await company.shop.heard(dai.page)).idToken['acr'], 'mfa')
  })

  test('is refused in a direct grant, in so many words', PATIENT, async () => {
    const copied = '/authentication/flows/direct%20grant/copy'
    await company.admin('POST', copied, { newName: 'direct-stepup' })
    const path = '/authentication/flows/direct-stepup/executions'
    await company.admin('POST', `${path}/execution`, { provider: 'sallyport' })
    type Step = { readonly providerId: string }
    const steps = (await company.admin('GET', path)) as readonly Step[]
    const step = steps.find(({ providerId }) => providerId === 'sallyport')
    await company.admin('PUT', path, { ...step, requirement: 'REQUIRED' })
    await company.admin('PUT', '', { directGrantFlow: 'direct-stepup' })
    const [kiosk] = (await company.admin('GET', '/clients?clientId=kiosk')) as readonly {
      readonly id: string
    }[]
    const direct = { ...kiosk, directAccessGrantsEnabled: true }
    await company.admin('PUT', `/clients/${kiosk?.id}`, direct)
    const response = await fetch(`${company.realmUrl}/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({
        ...{ client_id: 'kiosk', grant_type: 'password', username: 'eve' },
        password: passwordOf('eve'),
      }),
    })
    assert.match(await response.text(), /"unauthorized_client"/, site.keycloak.log())
    assert.equal(response.status, 400)
    assert.equal(await company.failures('eve'), 0)
  })
})
