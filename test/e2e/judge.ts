import { AxeBuilder } from '@axe-core/playwright'
import type { BrowserContext, Page } from 'playwright-core'

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What axe finds wrong with the page as it is now, and how far it is wider than the window. */
export async function faultsOf(
  page: Page,
  { forced = false }: { readonly forced?: boolean } = {},
): Promise<readonly string[]> {
  const isThere = await page.evaluate('"axe" in window')
  // What was brought into the page once is still there when only its look has changed.
  const axe = new AxeBuilder({ page, ...(isThere === true ? { axeSource: ';' } : {}) })
    .options({ resultTypes: ['violations'] })
    .withTags(RULES)
    .setLegacyMode()
  // Axe cannot judge colours that the system has replaced.
  if (forced) axe.disableRules('color-contrast')
  const { violations } = await axe.analyze()
  const tooWide = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
  return [
    ...violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
    ),
    ...(tooWide === 0 ? [] : [`${tooWide} px too wide`]),
  ]
}

/**
 * What the browser complains of from now on: scripts, styles and posts that the policy forbids, files that are missing,
 * whatever a console shows in red or yellow. A page that says with its own status what is wrong is no complaint.
 */
export function complaintsOf(context: BrowserContext): readonly string[] {
  const heard: string[] = []
  context.on('console', (message) => {
    const { url } = message.location()
    const isOfPage = url === message.page()?.url() && /^Failed to load/.test(message.text())
    if (['error', 'warning'].includes(message.type()) && !isOfPage)
      heard.push(`${url}: ${message.text()}`)
  })
  context.on('weberror', (error) => heard.push(error.error().message))
  return heard
}
