import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { allowInsecureRequests, customFetch } from 'openid-client'
import { startApp } from './app.ts'
import type { DemoDirectory } from './directory.ts'
import { fetchByName } from './fetch-by-name.ts'
import { type DemoUser, startIdp } from './idp.ts'
import { type Outbox, startOutbox } from './outbox.ts'
import type { Tls } from './place.ts'

export type DemoWorld = AsyncDisposable & {
  readonly app: string
  readonly outboxPage: string
  readonly sallyport: string
  readonly metrics: string
  /** What it keeps, and the file that Sallyport was started with. */
  readonly folder: string
  readonly config: string
  /** What a command of it prints. */
  command(...line: readonly string[]): string
  readonly outbox: Outbox
  readonly users: readonly DemoUser[]
  /** Host and port of what is reached by name, and the port of loopback that it stands for. */
  readonly addresses: ReadonlyMap<string, number>
}

/** Names that no DNS knows, and the certificate for all of them and for 127.0.0.1. */
export type Names = {
  readonly sallyport: string
  readonly idp: string
  readonly app: string
  readonly tls: Tls
}

type WorldOptions = {
  readonly users?: readonly DemoUser[]
  readonly names?: Names
  /** Where people are, if not in Sallyport's own store. It is not this world's to close. */
  readonly directory?: DemoDirectory
}

const USERS: readonly DemoUser[] = [
  { id: 'user-1', username: 'alice', email: 'alice@example.com', password: 'wonderland' },
  { id: 'user-2', username: 'bob', email: 'bob@example.com', password: 'builder' },
]
const LOCAL = { name: 'local', settings: ' [{ name: local, type: local }]' }
const LAUNCH = join(import.meta.dirname, '../../src/launch.js')
const START_MS_MAX = 20_000

/**
 * A whole small company. Without names Sallyport is on `localhost`, the IAM and the application on `127.0.0.1`, which is
 * another site to a browser; with names all is over TLS, as in life.
 */
export async function startWorld(
  folder: string,
  { directory, users = directory?.users ?? USERS, names }: WorldOptions = {},
): Promise<DemoWorld> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await using opening = new AsyncDisposableStack()
  const [sallyport = 0, management = 0, idp = 0, app = 0, mail = 0] = await freePorts(5)
  const outbox = opening.use(await startOutbox(mail))
  const { idpOrigin, appOrigin, issuer, addresses } = addressesOf({ sallyport, idp, app }, names)
  const tls = names?.tls ?? null
  const calls =
    tls === null
      ? { execute: [allowInsecureRequests] } // on loopback
      : { [customFetch]: fetchByName(addresses, tls.ca) }

  const config = join(folder, 'sallyport.yaml')
  const keys = `${tls === null ? 'http' : 'https'}://127.0.0.1:${idp}/2fa/keys`
  writeFileSync(join(folder, 'field-key'), run('secrets', 'new'), { mode: 0o600 })
  for (const [name, text] of Object.entries(tls ?? {}))
    writeFileSync(join(folder, `${name}.pem`), text, { mode: 0o600 })
  for (const [name, text] of Object.entries(directory?.files ?? {}))
    writeFileSync(join(folder, name), text, { mode: 0o600 })
  const at = { issuer, sallyport, management, keys, idpOrigin, smtp: outbox.smtpPort, isTls: !!tls }
  writeFileSync(config, yaml({ ...at, directory: directory ?? LOCAL }))
  if (directory === undefined) importUsers(join(folder, 'people.csv'), users, config)

  const trusted = tls === null ? {} : { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') }
  opening.use(await startSallyport(config, `http://127.0.0.1:${management}/health/ready`, trusted))
  const demoApp = {
    id: 'demo-app',
    secret: 'demo-app-secret',
    callback: `${appOrigin}/callback`,
  }
  const atIdp = { origin: idpOrigin, port: idp, tls, calls }
  const atApp = { origin: appOrigin, port: app, tls, calls }
  opening.use(await startIdp({ place: atIdp, sallyport: issuer, app: demoApp, users }))
  opening.use(await startApp({ place: atApp, idp: idpOrigin, ...demoApp }))
  const opened = opening.move()
  return {
    ...{ outbox, users, addresses, folder, config, sallyport: issuer, app: appOrigin },
    ...{
      outboxPage: `http://127.0.0.1:${mail}`,
      metrics: `http://127.0.0.1:${management}/metrics`,
    },
    command: (...line) => runAny(...line, '--config', config).stdout,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

type Ports = { readonly sallyport: number; readonly idp: number; readonly app: number }

function addressesOf({ sallyport, idp, app }: Ports, names: Names | undefined) {
  if (names === undefined)
    return {
      issuer: `http://localhost:${sallyport}`,
      idpOrigin: `http://127.0.0.1:${idp}`,
      appOrigin: `http://127.0.0.1:${app}`,
      addresses: new Map<string, number>(),
    }
  return {
    issuer: `https://${names.sallyport}`,
    idpOrigin: `https://${names.idp}`,
    appOrigin: `https://${names.app}`,
    addresses: new Map([
      [names.sallyport, sallyport],
      [names.idp, idp],
      [names.app, app],
    ]),
  }
}

function yaml(of: {
  readonly issuer: string
  readonly sallyport: number
  readonly management: number
  readonly keys: string
  readonly idpOrigin: string
  readonly smtp: number
  readonly isTls: boolean
  readonly directory: Pick<DemoDirectory, 'name' | 'settings'>
}): string {
  return `# Written by the demo; config/ has the ones to start from.
issuer: ${of.issuer}
org: { name: Example Corp }
support: { email: help@example.com }
listen:
  host: ${of.isTls ? '127.0.0.1' : 'localhost'}
  port: ${of.sallyport}${of.isTls ? '\n  tls: { certFile: cert.pem, keyFile: key.pem }' : ''}
management: { host: 127.0.0.1, port: ${of.management} }
store: { engine: sqlite, file: sallyport.db }
encryption: { keys: [{ id: demo, file: field-key }] }
logLevel: warn
clients:
  - id: demo-iam
    name: Demo IAM
    auth: { method: private_key_jwt, jwksUri: ${of.keys} }
    redirectUris: ['${of.idpOrigin}/2fa/callback']
    subject: { from: par, claim: preferred_username, directories: [${of.directory.name}] }
directories:${of.directory.settings}
channels:
  email: { host: 127.0.0.1, port: ${of.smtp}, from: Example Corp <no-reply@example.com> }
firstEnrolment: contact
# So that an OTP app set up after a code by email is enough where one is required.
acr:
  - { value: mfa, factors: [email, totp] }
  - { value: mfa-app, factors: [totp], enrolledBy: [contact] }
`
}

export function importUsers(
  people: string,
  users: readonly Pick<DemoUser, 'username' | 'email'>[],
  config: string,
): void {
  const rows = users.map(({ username, email }) => `${username},${email}\n`)
  writeFileSync(people, `username,email\n${rows.join('')}`)
  run('user', 'import', people, '--config', config)
}

export const runAny = (...command: readonly string[]) =>
  spawnSync(process.execPath, [LAUNCH, ...command], { encoding: 'utf8' })

export function run(...command: readonly string[]): string {
  const done = runAny(...command)
  if (done.status !== 0) throw new Error(`sallyport ${command.join(' ')}: ${done.stderr}`)
  return done.stdout
}

export async function startSallyport(
  config: string,
  ready: string,
  env: Readonly<Record<string, string>>,
): Promise<AsyncDisposable> {
  const child = spawn(process.execPath, [LAUNCH, 'serve', '--config', config], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  })
  const until = Date.now() + START_MS_MAX
  while (!(await isUp(ready))) {
    if (child.exitCode !== null || Date.now() > until) {
      child.kill('SIGKILL')
      throw new Error('Sallyport did not become ready')
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { [Symbol.asyncDispose]: () => stopped(child) }
}

async function isUp(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await gone
}

/** Held all at once, so that none is handed out twice. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
