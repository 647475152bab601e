import { rmSync } from 'node:fs'
import { relative } from 'node:path'
import { launchHeeded } from '../e2e/chromium.ts'
import { type Company, openCompany } from '../keycloak/company.ts'
import { ADMIN, type Keycloak, startKeycloak } from '../support/keycloak.ts'
import { checkKeycloak } from './check-keycloak.ts'
import type { Say } from './walk.ts'

const KNOWN = { realm: 'acme', passwords: { alice: 'wonderland', bob: 'builder' } }
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * A real Keycloak for the provider, with the realm that is shipped. Whenever it is told to stop, everything that was started
 * ends, and nothing is kept but the download.
 * @returns whether it came to its end.
 */
export async function showKeycloak(folder: string, isCheck: boolean, say: Say): Promise<boolean> {
  const { stopped, signal } = heed(say)
  try {
    await using opening = new AsyncDisposableStack()
    const keycloak = opening.use(await startKeycloak(undefined, { tell: say, signal }))
    say('Starting Sallyport and the applications.')
    rmSync(folder, { recursive: true, force: true })
    const company = opening.use(
      await openCompany(keycloak, Object.keys(KNOWN.passwords), { ...KNOWN, folder }),
    )
    signal.throwIfAborted()
    if (!isCheck) {
      say(welcome(keycloak, company))
      await stopped.catch(() => {})
      return true
    }
    const browser = await launchHeeded()
    opening.defer(() => browser.close())
    await Promise.race([checkKeycloak(company, browser, say), stopped])
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}

/** Heard for good: npm passes on what the terminal sent already, and a second one would end us before what we started. */
function heed(say: Say): { readonly stopped: Promise<never>; readonly signal: AbortSignal } {
  const stop = new AbortController()
  const { promise: stopped, reject } = Promise.withResolvers<never>()
  stopped.catch(() => {})
  for (const name of SIGNALS)
    process.on(name, () => {
      if (stop.signal.aborted) return
      say('\nStopping.')
      stop.abort()
      reject(stop.signal.reason)
    })
  return { stopped, signal: stop.signal }
}

function welcome({ url, version }: Keycloak, company: Company): string {
  const { shop, kiosk, outboxPage, sallyport, config, realm } = company
  const users = Object.entries(KNOWN.passwords).map(([name, password]) => `${name} / ${password}`)
  return `
  Open  ${shop.origin}   an application that takes nothing less than a second factor
        ${kiosk.origin}   another, for which a password will do
        ${outboxPage}   the outbox: every mail that was sent
        ${url}/admin/   Keycloak's admin console: ${ADMIN} / ${ADMIN}, realm ${realm}

  Users ${users.join('   ')}

  Keycloak ${version} has the realm of keycloak/config/realm.json, with these addresses.
  Sallyport itself is at ${sallyport}; its configuration is ${relative('', config)}.
  Ctrl-C stops everything, and all of it is thrown away.
`
}
