import { mock } from 'node:test'
import { allowInsecureRequests } from 'openid-client'
import type { BrowserContextOptions } from 'playwright-core'
import { freePorts } from '../bench/installation.ts'
import { startApp } from '../demo/app.ts'
import { startIdp } from '../demo/idp.ts'
import { openApp, type TestApp } from '../support/app.ts'
import { NOON } from '../support/world.ts'
import { launch } from './chromium.ts'
import { DESKTOP } from './stage.ts'
import { openVisit, type Visitor } from './visitor.ts'

/** One person of a directory, who is known to the IAM under every name that they may type there. */
export type Company = AsyncDisposable & {
  readonly app: TestApp
  /** A fresh profile of the browser. */
  visit(name: string, options?: BrowserContextOptions): Promise<Visitor>
  /** Until the next mail may be sent. */
  wait(): void
}

type Person = {
  readonly names: readonly string[]
  readonly mail: string
}

export type Written = {
  readonly directory: Readonly<Record<string, unknown>> & { readonly name: string }
  readonly files: Readonly<Record<string, string>>
}

const COOL_DOWN_SECONDS = 120
const IAM = 'demo-iam'

/**
 * Sallyport, the IAM and the application of the demo in this process, where one clock is moved by hand for all of them: who
 * tries five names would have to wait for minutes between the mails.
 */
export async function openCompany(
  { directory, files }: Written,
  { names, mail }: Person,
): Promise<Company> {
  await using opening = new AsyncDisposableStack()
  mock.timers.enable({ apis: ['Date'], now: NOON })
  opening.defer(() => mock.timers.reset())
  const [idp = 0, application = 0] = await freePorts(2)
  const [idpOrigin, appOrigin] = [idp, application].map((port) => `http://127.0.0.1:${port}`)
  if (idpOrigin === undefined || appOrigin === undefined) throw new Error('no port is free')
  const client = {
    ...{ id: IAM, name: 'Demo IAM', redirectUris: [`${idpOrigin}/2fa/callback`] },
    auth: { method: 'private_key_jwt', jwksUri: `${idpOrigin}/2fa/keys` },
    subject: { from: 'par', claim: 'preferred_username', directories: [directory.name] },
  }
  const settings = { factors: ['email'], directories: [directory] }
  const of = { directories: [directory.name] }
  const app = opening.use(
    await openApp({
      ...{ settings, files, clients: [client], people: 'none' },
      client: { subject: { from: 'par', claim: 'login_hint', ...of } },
    }),
  )
  const calls = { execute: [allowInsecureRequests] }
  const place = (origin: string, port: number) => ({ origin, port, tls: null, calls })
  const users = names.map((username) => ({
    ...{ id: 'id-of-somebody', username, email: mail, password: 'wonderland' },
  }))
  const known = { id: 'demo-app', secret: 'demo-app-secret', callback: `${appOrigin}/callback` }
  const atIdp = place(idpOrigin, idp)
  opening.use(await startIdp({ place: atIdp, sallyport: app.issuer, app: known, users }))
  const atApp = place(appOrigin, application)
  opening.use(await startApp({ place: atApp, idp: idpOrigin, ...known }))
  const browser = opening.use(await launch())
  const outbox = {
    newest: (to: string) => app.mailbox.mails.findLast((one) => one.to === to),
    count: (to: string) => app.mailbox.mails.filter((one) => one.to === to).length,
  }
  const world = { app: appOrigin, sallyport: app.issuer, outbox }

  const opened = opening.move()
  return {
    app,
    async visit(name, options = DESKTOP) {
      const user = users.find(({ username }) => username === name)
      if (user === undefined) throw new Error(`nobody is called ${name} here`)
      return openVisit({ world, browser, user, options })
    },
    wait() {
      app.clock.advance(COOL_DOWN_SECONDS)
      mock.timers.setTime(app.clock.now())
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
