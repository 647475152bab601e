import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { launch } from '../e2e/chromium.ts'
import { type Keycloak, openKeycloak } from '../support/keycloak.ts'
import { needs } from '../support/needs.ts'
import type { Company } from './company.ts'
import { openEmptyCompany } from './empty.ts'
import { handsOf } from './realm-hands.ts'
import { tokensOf } from './shop.ts'
import { openVisitor } from './visitor.ts'

/** kcadm starts a JVM for each of its three dozen commands. */
const TIMEOUT = { timeout: 580_000 }
const SCRIPT = join(import.meta.dirname, '../../keycloak/config/setup.sh')
const ADMIN = 'admin'
const run = promisify(execFile)

describe('the script that sets a realm up', { ...needs('chromium', 'mvn', 'unzip') }, () => {
  let keycloak: Keycloak
  let company: Company
  let browser: Browser
  before(async () => {
    keycloak = await openKeycloak()
    company = await openEmptyCompany(keycloak, ['ada', 'bo'])
    browser = await launch()
  })
  after(async () => {
    await browser?.close()
    await company?.[Symbol.asyncDispose]()
    await keycloak?.[Symbol.asyncDispose]()
  })

  test('makes an empty realm step up, and changes nothing the second time', TIMEOUT, async () => {
    assert.match(await setUp(), /browser-stepup is the browser flow/)
    await giveScope('shop')

    await using ada = await openVisitor(company, browser, 'ada')
    await ada.page.goto(company.kiosk.signIn())
    await ada.givePassword()
    assert.equal(tokensOf(await company.kiosk.heard(ada.page)).idToken['acr'], 'pwd')
    await ada.begin({ acr_values: 'mfa' })
    await ada.confirm()
    const { idToken } = tokensOf(await company.shop.heard(ada.page))
    assert.equal(idToken['acr'], 'mfa')
    assert.equal(idToken['stepup_acr'], 'mfa')
    assert.deepEqual(idToken['stepup_amr'], ['otp'])
    await ada.begin({ kc_action: 'sallyport-enrol' })
    await ada.page.waitForURL((url) => url.href.startsWith(company.sallyport))

    const before = await flow()
    assert.equal(await setUp(), 'nothing to change\n')
    assert.deepEqual(await flow(), before)
  })

  test('puts right what was changed, says so, and keeps the rest', TIMEOUT, async () => {
    const steps = await flow()
    const step = steps.find(({ providerId }) => providerId === 'sallyport')
    await company.admin('PUT', FLOW, { ...step, requirement: 'DISABLED' })
    await company.set({ issuer: 'https://elsewhere.example', maxTrustedAge: '60' })
    const action = (await company.admin('GET', ACTION)) as object
    await company.admin('PUT', ACTION, { ...action, enabled: false })
    const mapper = await amrMapper()
    await company.admin('PUT', mapper.path, {
      ...mapper.is,
      config: { ...mapper.is.config, 'jsonType.label': 'String' },
    })
    assert.deepEqual((await setUp('timeout=4000')).split('\n'), [
      'changed: sallyport: DISABLED is now REQUIRED',
      `changed: settings sallyport: issuer=${company.sallyport} timeout=4000`,
      'changed: mapper stepup_amr: stepup.amr as JSON',
      'changed: required action sallyport-enrol switched on',
      '',
    ])
    assert.deepEqual(await company.admin('GET', ACTION), action)
    assert.deepEqual((await amrMapper()).is, mapper.is)
    assert.deepEqual(await flow(), steps)
    const settings = await company.admin(
      'GET',
      `/authentication/config/${step?.authenticationConfig}`,
    )
    assert.partialDeepStrictEqual(settings, { config: { maxTrustedAge: '60', timeout: '4000' } })

    await using bo = await openVisitor(company, browser, 'bo')
    await bo.begin({ acr_values: 'mfa' })
    await bo.givePassword()
    await bo.confirm()
    assert.deepEqual(tokensOf(await company.shop.heard(bo.page)).idToken['amr'], ['pwd', 'mfa'])
  })

  test('says what it lacks', async () => {
    const refused = (...line: readonly string[]) =>
      assert.rejects(run(SCRIPT, [...line]), { code: 64 })
    await refused()
    await refused('--server', keycloak.url, '--realm', company.realm)
    await refused('--realm')
    await refused('--nothing', 'of that name')
    const whole = (...last: readonly string[]) => {
      const needed = ['--server', keycloak.url, '--realm', company.realm]
      const line = [...needed, '--issuer', company.sallyport, '--kcadm', 'false', ...last]
      return run(SCRIPT, line)
    }
    for (const last of [
      ['--realm', 'master'],
      ['--issuer', `${company.sallyport}/`],
      ['--issuer', '2fa.example.com'],
      ['--level-2-max-age', '5m'],
      ['--level-1-max-age', '-5'],
      ['nameform=ldapId'],
    ])
      await assert.rejects(whole(...last), { code: 64 }, last.join(' '))
    await assert.rejects(whole('nameFrom=ldapId'), { code: 1 })
    for (const [setting, stderr] of [
      ['directory=corp-ldap=corp', /no such setting: directory /],
      ['clientId=other', /clientId is an option/],
    ] as const)
      await assert.rejects(whole(setting), { code: 64, stderr })
  })

  test('makes no realm where it cannot see whether there is one', TIMEOUT, async () => {
    const other = `other-${company.realm}`
    await keycloak.admin('POST', '/realms', { realm: other })
    const line = ['--realm', other, '--issuer', company.sallyport]
    const secret = await handsOf(company).account('nobody', [])
    const env = { ...process.env, KC_CLI_CLIENT_SECRET: secret }
    const asNobody = ['--admin-client', 'nobody', '--admin-realm', company.realm]
    await assert.rejects(run(SCRIPT, [...place(), ...line, ...asNobody], { env }), {
      code: 69,
      stdout: '',
      stderr: /the realm other-\S+ cannot be read: .*403/s,
    })
    await keycloak.admin('DELETE', `/realms/${other}`)
  })

  const place = () => ['--server', keycloak.url, '--kcadm', join(keycloak.home, 'bin/kcadm.sh')]

  /** What it prints. */
  async function setUp(...settings: readonly string[]): Promise<string> {
    const line = [
      ...['--realm', company.realm, '--issuer', company.sallyport, '--client-id', 'keycloak'],
    ]
    const env = { ...process.env, KC_CLI_PASSWORD: ADMIN }
    return (await run(SCRIPT, [...place(), ...line, ...settings], { env })).stdout
  }

  async function amrMapper() {
    type Mapper = Named & { readonly config: object }
    const scopes = (await company.admin('GET', '/client-scopes')) as readonly Named[]
    const models = `/client-scopes/${scopes.find(({ name }) => name === 'stepup')?.id}/protocol-mappers/models`
    const all = (await company.admin('GET', models)) as readonly Mapper[]
    const is = all.find(({ name }) => name === 'stepup_amr')
    if (is === undefined) throw new Error('no mapper stepup_amr')
    return { is, path: `${models}/${is.id}` }
  }

  async function flow() {
    return (await company.admin('GET', FLOW)) as readonly Step[]
  }

  async function giveScope(clientId: string): Promise<void> {
    const scopes = (await company.admin('GET', '/client-scopes')) as readonly Named[]
    const [client] = (await company.admin(
      'GET',
      `/clients?clientId=${clientId}`,
    )) as readonly Named[]
    const scope = scopes.find(({ name }) => name === 'stepup')
    await company.admin('PUT', `/clients/${client?.id}/default-client-scopes/${scope?.id}`)
  }
})

const ACTION = '/authentication/required-actions/sallyport-enrol'
type Named = { readonly id: string; readonly name: string }
const FLOW = '/authentication/flows/browser-stepup/executions'
type Step = { readonly providerId?: string; readonly authenticationConfig?: string }
