import type { BrowserContextOptions } from 'playwright-core'
import { launch } from '../e2e/chromium.ts'
import { type Keycloak, openKeycloak } from '../support/keycloak.ts'
import type { Company } from './company.ts'
import { openVisitor, type Visitor } from './visitor.ts'

/** What the tests of a file share: a company at a Keycloak, and a browser for those who come there. */
export type Site = AsyncDisposable & {
  readonly keycloak: Keycloak
  readonly company: Company
  /** In a fresh profile of the browser. */
  visit(username: string, options?: BrowserContextOptions): Promise<Visitor>
}

/** Nothing of this waits so long, but what else runs on the machine may hold it up. */
export const PATIENT = { timeout: 90_000 }

/** @param open what it opens is the site's to close, also where it comes to nothing */
export async function openSite(
  open: (keycloak: Keycloak, opening: AsyncDisposableStack) => Promise<Company>,
): Promise<Site> {
  await using opening = new AsyncDisposableStack()
  const keycloak = opening.use(await openKeycloak())
  const company = await open(keycloak, opening)
  const browser = opening.use(await launch())
  const opened = opening.move()
  return {
    ...{ keycloak, company },
    visit: (username, options) => openVisitor(company, browser, username, options),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
