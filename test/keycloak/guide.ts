import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'

/** Of Keycloak's admin console, by the words of docs/keycloak.md: what is pressed, filled in and chosen here is named there. */
export type Guide = {
  readonly page: Page
  /** Begins one of its steps. All that the one before names must have been used by then. */
  step(title: string): void
  /** After the last one. */
  end(): void
  /** In the menu on the left, and then tabs. */
  go(menu: string, ...tabs: readonly string[]): Promise<void>
  press(label: string, where?: Locator): Promise<void>
  /** With what the guide has as an example, or what stands for it here. */
  fill(label: string, example: string, where?: Locator): Promise<void>
  choose(label: string, option: string): Promise<void>
  /** That the guide names it, where what is done has no such name. */
  says(label: string): void
  /** What is in front: a dialog, else the page. */
  front(): Locator
  /** What opened last. */
  menu(): Locator
  /** For the guide, as `docs/images/keycloak-NAME.png`, where that was asked for; with the examples of the guide. */
  picture(name: string, of?: Locator): Promise<void>
}

const FILE = join(import.meta.dirname, '../../docs/keycloak.md')
/** A folder: pictures are taken along the way. */
export const PICTURES = process.env['SALLYPORT_GUIDE_PICTURES']
const MARGIN = 12
const LABEL = /(?<!\*)\*([^*\n]+)\*(?!\*)/g

/** `stands`: what is filled in for an example of the guide's. */
export function openGuide(page: Page, stands: Readonly<Record<string, string>>): Guide {
  const text = readFileSync(FILE, 'utf8')
  let now = { title: '', said: '' }
  let open = new Set<string>()
  const standIns: { readonly field: Locator; readonly example: string; readonly real: string }[] =
    []

  const front = () => page.locator('.pf-v5-c-modal-box, main').last()
  const menu = () => page.locator('.pf-v5-c-menu').last()
  const says = (label: string) => {
    assert.ok(labelsOf(now.said).has(label), `${now.title} does not name ${label}`)
    open.delete(label)
  }
  const end = () => assert.deepEqual([...open], [], `left out of ${now.title}`)
  const named = (label: string, where: Locator) =>
    (['button', 'link', 'menuitem', 'tab', 'option'] as const)
      .map((role) => where.getByRole(role, { name: label, exact: true }))
      .reduce((all, one) => all.or(one))
      .first()
  const press: Guide['press'] = async (label, where = front()) => {
    says(label)
    await named(label, where).click()
  }

  return {
    ...{ page, front, menu, says, press, end },
    step(title) {
      end()
      const [, said] = text.split(`### ${title}\n`)
      assert.ok(said !== undefined, `the guide has no step ${title}`)
      now = { title, said: said.split(/^##/m)[0] ?? '' }
      open = labelsOf(now.said)
    },
    async go(menu, ...tabs) {
      await press(menu, page.locator('nav').first())
      for (const tab of tabs) await press(tab, page.locator('main'))
    },
    async fill(label, example, where = front()) {
      says(label)
      assert.ok(now.said.includes(`\`${example}\``), `${now.title} does not name ${example}`)
      const field = where.getByRole('textbox', { name: label, exact: true }).last()
      const real = stands[example]
      await field.fill(real ?? example)
      if (real !== undefined) standIns.push({ field, example, real })
    },
    async choose(label, option) {
      says(label)
      await front().getByRole('button', { name: label, exact: true }).click()
      await press(option, menu())
    },
    async picture(name, of = page.locator('main')) {
      if (PICTURES === undefined) return
      mkdirSync(PICTURES, { recursive: true })
      const shown = standIns.splice(0)
      for (const { field, example } of shown) await field.fill(example)
      await of.scrollIntoViewIfNeeded()
      const box = (await of.boundingBox()) ?? assert.fail(`no ${name}`)
      const margin = (await of.getAttribute('role')) === 'dialog' ? 0 : MARGIN
      await page.screenshot({
        path: join(PICTURES, `keycloak-${name}.png`),
        animations: 'disabled',
        clip: {
          ...{ x: box.x - margin, y: box.y - margin },
          ...{ width: box.width + 2 * margin, height: box.height + 2 * margin },
        },
      })
      for (const { field, real } of shown) await field.fill(real)
    },
  }
}

/** What is slanted in the guide: `*Realm settings → General*` are two. */
function labelsOf(said: string): Set<string> {
  const paths = [...said.matchAll(LABEL)].map(([, path = '']) => path)
  return new Set(paths.flatMap((path) => path.split(/ ?→ /)).filter((label) => label !== ''))
}
