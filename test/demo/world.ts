import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { startApp } from './app.ts'
import { type DemoUser, startIdp } from './idp.ts'
import { type Outbox, startOutbox } from './outbox.ts'

export type DemoWorld = AsyncDisposable & {
  readonly app: string
  readonly outboxPage: string
  readonly sallyport: string
  readonly metrics: string
  readonly outbox: Outbox
  readonly users: readonly DemoUser[]
}

const USERS: readonly DemoUser[] = [
  { id: 'user-1', username: 'alice', email: 'alice@example.com', password: 'wonderland' },
  { id: 'user-2', username: 'bob', email: 'bob@example.com', password: 'builder' },
]
const LAUNCH = join(import.meta.dirname, '../../src/launch.js')
const START_MS_MAX = 20_000

/** A whole small company: Sallyport on `localhost`, the IAM and the application on `127.0.0.1`, another site to a browser. */
export async function startWorld(folder: string): Promise<DemoWorld> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await using opening = new AsyncDisposableStack()
  const [sallyport, management, idp, app, mail] = await freePorts(5)
  const outbox = opening.use(await startOutbox(mail ?? 0))
  const idpUrl = `http://127.0.0.1:${idp}`
  const issuer = `http://localhost:${sallyport}`
  const config = join(folder, 'sallyport.yaml')
  writeFileSync(join(folder, 'field-key'), run('secrets', 'new'), { mode: 0o600 })
  writeFileSync(config, yaml({ issuer, sallyport, management, idpUrl, smtp: outbox.smtpPort }))
  for (const { username, email } of USERS)
    run('user', 'add', username, '--email', email, '--config', config)

  opening.use(await startSallyport(config, `http://127.0.0.1:${management}/health/ready`))
  const demoApp = {
    id: 'demo-app',
    secret: 'demo-app-secret',
    callback: `http://127.0.0.1:${app}/callback`,
  }
  opening.use(await startIdp({ port: idp ?? 0, sallyport: issuer, app: demoApp, users: USERS }))
  opening.use(await startApp({ port: app ?? 0, idp: idpUrl, ...demoApp }))
  const opened = opening.move()
  return {
    ...{ outbox, sallyport: issuer, users: USERS, app: `http://127.0.0.1:${app}` },
    ...{
      outboxPage: `http://127.0.0.1:${mail}`,
      metrics: `http://127.0.0.1:${management}/metrics`,
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

function yaml(of: {
  readonly issuer: string
  readonly sallyport: number | undefined
  readonly management: number | undefined
  readonly idpUrl: string
  readonly smtp: number
}): string {
  return `# Written by the demo; config/ has the ones to start from.
issuer: ${of.issuer}
org: { name: Example Corp }
support: { email: help@example.com }
listen: { host: localhost, port: ${of.sallyport} }
management: { host: 127.0.0.1, port: ${of.management} }
store: { engine: sqlite, file: sallyport.db }
encryption: { keys: [{ id: demo, file: field-key }] }
logLevel: warn
clients:
  - id: demo-iam
    name: Demo IAM
    auth: { method: private_key_jwt, jwksUri: ${of.idpUrl}/2fa/keys }
    redirectUris: ['${of.idpUrl}/2fa/callback']
    subject: { from: par, claim: preferred_username, directories: [local] }
directories: [{ name: local, type: local }]
channels:
  email: { host: 127.0.0.1, port: ${of.smtp}, from: Example Corp <no-reply@example.com> }
firstEnrolment: contact
# So that an OTP app set up after a code by email is enough where one is required.
acr:
  - { value: mfa, factors: [email, totp] }
  - { value: mfa-app, factors: [totp], enrolledBy: [contact] }
`
}

function run(...command: readonly string[]): string {
  const done = spawnSync(process.execPath, [LAUNCH, ...command], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`sallyport ${command.join(' ')}: ${done.stderr}`)
  return done.stdout
}

async function startSallyport(config: string, ready: string): Promise<AsyncDisposable> {
  const child = spawn(process.execPath, [LAUNCH, 'serve', '--config', config], {
    stdio: ['ignore', 'inherit', 'inherit'],
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
async function freePorts(count: number): Promise<readonly number[]> {
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
