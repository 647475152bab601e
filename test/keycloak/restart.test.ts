import assert from 'node:assert/strict'
import { test } from 'node:test'
import { launch } from '../e2e/chromium.ts'
import { startKeycloak } from '../support/keycloak.ts'
import { needs } from '../support/needs.ts'
import { openCompany } from './company.ts'
import { openVisitor } from './visitor.ts'

const OPTIONS = { ...needs('chromium', 'mvn', 'unzip'), timeout: 300_000 }

test('a step-up is over when Keycloak was restarted under it', OPTIONS, async () => {
  // Nobody else's sign-in is to end with it.
  await using keycloak = await startKeycloak()
  await using company = await openCompany(keycloak, ['fang'])
  await using browser = await launch()
  await using fang = await openVisitor(company, browser, 'fang')
  await fang.signIn()
  await fang.page.getByRole('button', { name: /Email me a code/ }).waitFor()
  await keycloak.restart()
  await fang.confirm()
  assert.match(await fang.complaint(), /no sign-in under way/)
  assert.ok(fang.page.url().startsWith(company.realmUrl))
  const [newest] = await company.events()
  assert.equal(newest?.error, 'stepup_no_session')
  assert.match(
    keycloak.log(),
    /step-up failed: stepup_no_session, realm .*, callback: this browser/,
  )
  assert.equal(await company.failures('fang'), 0)
})
