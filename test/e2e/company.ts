import { mock } from 'node:test'
import { allowInsecureRequests } from 'openid-client'
import type { BrowserContextOptions } from 'playwright-core'
import { freePorts } from '../bench/installation.ts'
import { startApp } from '../demo/app.ts'
import { type DemoUser, startIdp } from '../demo/idp.ts'
import { openApp, type TestApp, type TestOptions } from '../support/app.ts'
import { type Mailbox, openMailbox } from '../support/mailbox.ts'
import { openSmsGateway, type SmsGateway } from '../support/sms-gateway.ts'
import { NOON } from '../support/world.ts'
import { launch } from './chromium.ts'
import { DESKTOP } from './stage.ts'
import { openVisit, type Visitor } from './visitor.ts'

/** A company whose people are known to the IAM under every name that they may type there. */
export type Company = AsyncDisposable & {
  readonly app: TestApp
  /** Where its text messages arrive. */
  readonly gateway: SmsGateway
  /** A fresh profile of the browser. */
  visit(name: string, options?: BrowserContextOptions): Promise<Visitor>
  /** Until the next message may be sent to anybody. */
  wait(): void
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
 *
 * @param of `settings` are laid over those of the configuration, `client` over those of the IAM in it.
 */
export async function openCompany(of: {
  readonly directories: readonly Written[]
  readonly users: readonly Omit<DemoUser, 'id' | 'password'>[]
  readonly settings?: Readonly<Record<string, unknown>>
  readonly client?: Readonly<Record<string, unknown>>
}): Promise<Company> {
  await using opening = new AsyncDisposableStack()
  mock.timers.enable({ apis: ['Date'], now: NOON })
  opening.defer(() => mock.timers.reset())
  const [idp = 0, application = 0] = await freePorts(2)
  const [idpOrigin, appOrigin] = [idp, application].map((port) => `http://127.0.0.1:${port}`)
  if (idpOrigin === undefined || appOrigin === undefined) throw new Error('no port is free')
  const mailbox = opening.use(await openMailbox())
  const gateway = opening.use(await openSmsGateway())
  const app = opening.use(await openApp(installed(of, idpOrigin, { mailbox, gateway })))
  const calls = { execute: [allowInsecureRequests] }
  const place = (origin: string, port: number) => ({ origin, port, tls: null, calls })
  const users = of.users.map((user) => ({
    ...user,
    ...{ id: `id-of-${user.username}`, password: 'wonderland' },
  }))
  const known = { id: 'demo-app', secret: 'demo-app-secret', callback: `${appOrigin}/callback` }
  const atIdp = place(idpOrigin, idp)
  opening.use(await startIdp({ place: atIdp, sallyport: app.issuer, app: known, users }))
  const atApp = place(appOrigin, application)
  opening.use(await startApp({ place: atApp, idp: idpOrigin, ...known }))
  const browser = opening.use(await launch())
  const outbox = {
    newest: (to: string) => mailbox.mails.findLast((one) => one.to === to),
    count: (to: string) => mailbox.mails.filter((one) => one.to === to).length,
  }
  const world = { app: appOrigin, sallyport: app.issuer, outbox }

  const opened = opening.move()
  return {
    ...{ app, gateway },
    async visit(name, options = DESKTOP) {
      const user = users.find(({ username, names }) => (names ?? [username]).includes(name))
      if (user === undefined) throw new Error(`nobody is called ${name} here`)
      return openVisit({ world, browser, user: { ...user, username: name }, options })
    },
    wait() {
      app.clock.advance(COOL_DOWN_SECONDS)
      mock.timers.setTime(app.clock.now())
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

function installed(
  { directories, settings, client }: Parameters<typeof openCompany>[0],
  idp: string,
  { mailbox, gateway }: { readonly mailbox: Mailbox; readonly gateway: SmsGateway },
): TestOptions {
  const names = directories.map(({ directory }) => directory.name)
  const iam = {
    ...{ id: IAM, name: 'Demo IAM', redirectUris: [`${idp}/2fa/callback`] },
    auth: { method: 'private_key_jwt', jwksUri: `${idp}/2fa/keys` },
    subject: { from: 'par', claim: 'preferred_username', directories: names },
    ...client,
  }
  const from = 'Kestrel <no-reply@kestrel.example>'
  const email = { host: '127.0.0.1', port: mailbox.port, from }
  return {
    settings: {
      ...{
        factors: ['email'],
        sendAtOnce: true,
        directories: directories.map(({ directory }) => directory),
      },
      ...{ channels: { email, sms: [gateway.settings()] }, ...settings },
    },
    files: Object.assign({}, ...directories.map(({ files }) => files)),
    ...{ clients: [iam], people: 'none' },
    client: { subject: { from: 'par', claim: 'login_hint', directories: names } },
  }
}
