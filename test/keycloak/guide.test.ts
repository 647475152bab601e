import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { launch } from '../e2e/chromium.ts'
import { type Keycloak, openKeycloak } from '../support/keycloak.ts'
import { needs } from '../support/needs.ts'
import type { Company } from './company.ts'
import { openEmptyCompany } from './empty.ts'
import { addStep, addSubflow, plus, require, save, saved, settings } from './flow-editor.ts'
import { type Guide, openGuide, PICTURES } from './guide.ts'
import { tokensOf } from './shop.ts'
import { openVisitor } from './visitor.ts'

const TIMEOUT = { timeout: 240_000 }
const PATIENCE_MS = 30_000
const ADMIN = 'admin'
/** Tall enough for what is pictured. */
const SIZE = { width: 1280, height: PICTURES === undefined ? 900 : 1500 }

/** SALLYPORT_GUIDE_PICTURES=docs/images takes the guide's pictures anew. */
describe('the guide for Keycloak', { ...needs('chromium', 'mvn', 'unzip') }, () => {
  let keycloak: Keycloak
  let company: Company
  let browser: Browser
  before(async () => {
    keycloak = await openKeycloak()
    company = await openEmptyCompany(keycloak, ['ada'])
    browser = await launch()
  })
  after(async () => {
    await browser?.close()
    await company?.[Symbol.asyncDispose]()
    await keycloak?.[Symbol.asyncDispose]()
  })

  test('leads from an empty realm to a flow that steps up', TIMEOUT, async () => {
    const page = await signedIn()
    const guide = openGuide(page, {
      'https://2fa.example.com': company.sallyport,
      'keycloak-acme': 'keycloak',
    })
    await mapLevels(guide)
    await makeFlow(guide)
    await bindFlow(guide)
    await tellTokens(guide)
    await raiseApplication(guide)
    await countFailures(guide)
    await registerAction(guide)
    await nameDirectories(guide)
    guide.end()
    await page.context().close()
  })

  test('ends at an application that is told the level', TIMEOUT, async () => {
    await using ada = await openVisitor(company, browser, 'ada')
    await ada.page.goto(company.kiosk.signIn())
    await ada.givePassword()
    assert.equal(tokensOf(await company.kiosk.heard(ada.page)).idToken['acr'], 'pwd')
    assert.equal(ada.sent.length, 0)
    await ada.begin()
    await ada.confirm()
    const { idToken, accessToken } = tokensOf(await company.shop.heard(ada.page))
    for (const token of [idToken, accessToken]) {
      assert.equal(token['acr'], 'mfa')
      assert.equal(token['stepup_acr'], 'mfa')
      assert.deepEqual(token['stepup_amr'], ['otp'])
      assert.equal(typeof token['stepup_auth_time'], 'number')
    }
    assert.deepEqual(idToken['amr'], ['pwd', 'mfa'])
    const sent = ada.sent.length
    await ada.begin({ kc_action: 'sallyport-enrol' })
    await ada.page.waitForURL((url) => url.href.startsWith(company.sallyport))
    assert.equal(ada.sent.length, sent + 1)
  })

  async function signedIn(): Promise<Page> {
    const context = await browser.newContext({
      ...{ locale: 'en-US', viewport: SIZE },
    })
    context.setDefaultTimeout(PATIENCE_MS)
    const page = await context.newPage()
    await page.goto(`${keycloak.url}/admin/master/console/#/${company.realm}/realm-settings`)
    await page.locator('#username').fill(ADMIN)
    await page.locator('#password').fill(ADMIN)
    await page.locator('#kc-login').click()
    return page
  }
})

async function mapLevels(guide: Guide): Promise<void> {
  guide.step('3. The levels')
  await guide.go('Realm settings', 'General')
  for (const [acr, level] of [
    ['pwd', '1'],
    ['mfa', '2'],
  ] as const) {
    await guide.press('Add ACR to LoA Mapping')
    await guide.fill('ACR', acr)
    await guide.fill('LoA', level)
  }
  const map = guide.front().locator('.pf-v5-c-form__group').filter({ hasText: 'ACR to LoA' })
  await guide.picture('levels', map)
  await save(guide)
}

async function makeFlow(guide: Guide): Promise<void> {
  guide.step('4. The flow')
  await guide.go('Authentication')
  await guide.press('Create flow')
  await guide.fill('Name', 'browser-stepup')
  await guide.press('Create')
  await saved(guide)

  await addStep(guide, 'Add execution', 'Cookie')
  await require(guide, 'Cookie', 'Alternative')
  await addSubflow(guide, 'stepup-forms')
  await require(guide, 'stepup-forms', 'Alternative')
  for (const level of ['1', '2'] as const) {
    await addSubflow(guide, `stepup-level-${level}`, await plus(guide, 'stepup-forms'))
    await require(guide, `stepup-level-${level}`, 'Conditional')
  }
  await fillLevel(guide, '1', '36000', 'Username Password Form')
  await guide.fill('Alias', 'amr-pwd')
  await guide.fill('Authenticator Reference', 'pwd')
  await guide.fill('Authenticator Reference Max Age', '36000')
  await save(guide)

  await fillLevel(guide, '2', '300', 'Sallyport')
  await guide.fill('Alias', 'sallyport')
  await guide.fill('Authenticator Reference', 'mfa')
  await guide.fill('Authenticator Reference Max Age', '300')
  await guide.fill('Issuer', 'https://2fa.example.com')
  await guide.fill('Client ID', 'keycloak-acme')
  await guide.picture('step', guide.front())
  await save(guide)
  await require(guide, 'Sallyport', 'Required')
  await guide.picture('flow', guide.front().locator('table'))
}

/** Its condition, and the step behind it with its settings open. */
async function fillLevel(guide: Guide, level: string, maxAge: string, step: string): Promise<void> {
  const condition = 'Condition - Level of Authentication'
  const flow = `stepup-level-${level}`
  await addStep(guide, 'Add condition', condition, await plus(guide, flow))
  await require(guide, condition, 'Required')
  await settings(guide, condition)
  await guide.fill('Alias', `loa-${level}`)
  await guide.fill('Level of Authentication (LoA)', level)
  await guide.fill('Max Age', maxAge)
  if (level === '2') await guide.picture('condition', guide.front())
  await save(guide)
  await addStep(guide, 'Add execution', step, await plus(guide, flow))
  await settings(guide, step)
}

async function bindFlow(guide: Guide): Promise<void> {
  guide.step('5. The browser flow')
  await guide.press('Action')
  await guide.press('Bind flow')
  guide.says('Browser flow') // is chosen already
  await save(guide)
}

async function tellTokens(guide: Guide): Promise<void> {
  guide.step('6. What the tokens say')
  await guide.go('Client scopes')
  await guide.press('Create client scope')
  await guide.fill('Name', 'stepup')
  await guide.choose('Type', 'Default')
  await save(guide)
  await guide.press('Mappers')
  for (const [index, { claim, note, type }] of MAPPERS.entries()) {
    if (index === 0) await guide.press('Configure a new mapper')
    else {
      await guide.press('Add mapper')
      await guide.press('By configuration')
    }
    guide.says('User Session Note')
    await guide.front().getByText('User Session Note', { exact: true }).click()
    await guide.fill('Name', claim)
    await guide.fill('User Session Note', note)
    await guide.fill('Token Claim Name', claim)
    await guide.choose('Claim JSON Type', type)
    if (type === 'JSON') await guide.picture('mapper', guide.front().locator('form'))
    await save(guide)
  }
  await openClient(guide)
  await guide.press('Client scopes', guide.front())
  await guide.press('Add client scope')
  await guide.front().getByRole('row', { name: 'stepup' }).getByRole('checkbox').check()
  await guide.press('Add')
  await guide.press('Default', guide.menu())
  await saved(guide)
}

const MAPPERS = [
  { claim: 'stepup_acr', note: 'stepup.acr', type: 'String' },
  { claim: 'stepup_amr', note: 'stepup.amr', type: 'JSON' },
  { claim: 'stepup_auth_time', note: 'stepup.auth_time', type: 'long' },
] as const

async function raiseApplication(guide: Guide): Promise<void> {
  guide.step('7. Applications')
  await openClient(guide)
  await guide.press('Advanced')
  await guide.fill('Minimum ACR Value', 'mfa')
  await guide.front().getByTestId('OIDCAdvancedSave').click()
  guide.says('Save')
  await saved(guide)
}

async function countFailures(guide: Guide): Promise<void> {
  guide.step('8. Brute force')
  await guide.go('Realm settings', 'Security defenses', 'Brute force detection')
  guide.says('Brute Force Mode')
  await guide.front().locator('#kc-brute-force-mode').click()
  await guide.press('Lockout temporarily', guide.menu())
  await guide.front().getByTestId('brute-force-tab-save').click()
  guide.says('Save')
  await saved(guide)
}

async function registerAction(guide: Guide): Promise<void> {
  guide.step('9. Looking after factors')
  await guide.go('Authentication', 'Required actions')
  const action = 'Manage second factor (Sallyport)'
  guide.says(action)
  const row = guide.front().getByRole('row').filter({ hasText: action })
  await row.scrollIntoViewIfNeeded()
  await row.locator('label').first().click()
  await saved(guide)
}

async function nameDirectories(guide: Guide): Promise<void> {
  guide.step('10. People of Active Directory or LDAP')
  await guide.go('Authentication')
  await guide.front().getByRole('link', { name: 'browser-stepup', exact: true }).click()
  await settings(guide, 'Sallyport')
  await guide.fill('Directories', 'corp-ldap=corp')
  const group = guide.front().locator('.pf-v5-c-form__group').filter({ hasText: 'Directories' })
  await guide.picture('directories', group)
  await save(guide)
}

async function openClient(guide: Guide): Promise<void> {
  await guide.go('Clients')
  await guide.front().getByRole('link', { name: 'shop', exact: true }).click()
}
