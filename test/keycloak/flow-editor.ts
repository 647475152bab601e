import type { Locator } from 'playwright-core'
import type { Guide } from './guide.ts'

/** Each change is told; what was told before is gone by then. */
export async function saved(guide: Guide): Promise<void> {
  const told = guide.page.locator('.pf-v5-c-alert.pf-m-success')
  await told
    .first()
    .getByRole('button', { name: /^Close/ })
    .click()
  await told.waitFor({ state: 'detached' })
}

export async function save(guide: Guide): Promise<void> {
  await guide.press('Save')
  await saved(guide)
}

const rowsOf = (guide: Guide, name: string): Locator =>
  guide.page.locator('main').getByRole('row').filter({ hasText: name })
/** The last one, as the flow grows downwards. */
const rowOf = (guide: Guide, name: string): Locator => rowsOf(guide, name).last()

/** The menu that it opens. */
export async function plus(guide: Guide, flow: string): Promise<Locator> {
  guide.says('Add')
  await guide.page.getByTestId(`${flow}-edit-dropdown`).click()
  return guide.menu()
}

export async function settings(guide: Guide, step: string): Promise<void> {
  await guide.press('Settings', rowOf(guide, step))
}

export async function require(guide: Guide, step: string, requirement: string): Promise<void> {
  await rowOf(guide, step).locator('.pf-v5-c-menu-toggle').first().click()
  await guide.press(requirement, guide.menu())
  await saved(guide)
  await rowOf(guide, step).getByText(requirement, { exact: true }).waitFor()
}

export async function addStep(
  guide: Guide,
  by: string,
  name: string,
  where = guide.front(),
): Promise<void> {
  const before = await rowsOf(guide, name).count()
  await guide.press(by, where)
  const dialog = guide.front()
  await dialog.getByRole('textbox', { name: 'Search' }).fill(name)
  await dialog.getByRole('textbox', { name: 'Search' }).press('Enter')
  guide.says(name)
  await dialog.getByText(name, { exact: true }).click()
  await guide.press('Add')
  await rowsOf(guide, name).nth(before).waitFor()
  await saved(guide)
}

export async function addSubflow(guide: Guide, name: string, where = guide.front()): Promise<void> {
  await guide.press('Add sub-flow', where)
  await guide.fill('Name', name)
  await guide.press('Add')
  await rowOf(guide, name).waitFor()
  await saved(guide)
}
