import { createServer } from 'node:http'
import express, { Router } from 'express'
import { createBrowsers, createDevices, html } from '../../src/http/index.ts'
import {
  Fault,
  type Id,
  type Instant,
  invariant,
  later,
  signParts,
} from '../../src/kernel/index.ts'
import {
  type Client,
  createOidc,
  createSigningKeys,
  type Fetch,
  type Says,
} from '../../src/oidc/index.ts'
import type { Held, Proof, StepUp, StepUpRequest } from '../../src/stepup/index.ts'
import { createFakeRequestStore } from './fake-request-store.ts'
import { createFakeSigningKeyStore } from './fake-signing-key-store.ts'
import { createRelyingParty, type RelyingParty } from './relying-party.ts'
import { createFakeClock, createSeededRandom, createTestKeys, NOON } from './world.ts'

/** What happens when a step-up is opened: the state that it is found in. */
export type Opens = (held: Held) => StepUp | Promise<StepUp>

export type OidcBench = AsyncDisposable & {
  readonly issuer: string
  readonly party: RelyingParty
  readonly requests: ReturnType<typeof createFakeRequestStore>
  readonly stepUps: ReadonlyMap<Id<'stepUp'>, StepUp>
  /** What the last error page said. */
  said(): Says | undefined
  now(): Instant
  pass(seconds: number): void
  opens(how: Opens): void
  satisfy(id: Id<'stepUp'>, over?: Partial<Proof>): void
  end(id: Id<'stepUp'>, how: (held: Held, at: Instant) => StepUp): void
  link(id: Id<'stepUp'>, hop: 'begin' | 'resume'): string
  logged(): readonly string[]
}

export const choosing: Opens = (held) => ({ ...held, state: 'choosing' })

/** The doors of the provider over real HTTP, with stores in memory, a clock by hand, and no question ever asked. */
export async function openOidc(
  over: {
    readonly clients?: (party: RelyingParty) => readonly Client[]
    readonly path?: string
    readonly fetch?: Fetch
  } = {},
): Promise<OidcBench> {
  let issuer = ''
  let opens: Opens = choosing
  let said: Says | undefined
  const logged: string[] = []
  const clock = createFakeClock()
  const random = createSeededRandom('oidc bench')
  const keys = createTestKeys()
  const stepUps = new Map<Id<'stepUp'>, StepUp>()
  const requests = createFakeRequestStore(stepUps)
  const party = await createRelyingParty({ issuer: () => issuer, now: () => clock.now() })

  const app = express().disable('x-powered-by')
  const server = createServer(app)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  invariant(typeof address === 'object' && address !== null, 'the server has a port')
  const path = over.path ?? ''
  issuer = `http://127.0.0.1:${address.port}${path}`

  const clients = over.clients?.(party) ?? [clientOf(party)]
  const { routes } = createOidc({
    issuer,
    clients: new Map(clients.map((client) => [client.id, client])),
    acrValues: () => ['mfa', 'mfa-app'],
    stepUpSeconds: 600,
    store: requests,
    signingKeys: createSigningKeys({ store: createFakeSigningKeyStore(), clock }),
    async open(request, id, browser) {
      const known = stepUps.get(id)
      const value = known ?? (await opens(heldOf(request, id, browser.hash)))
      stepUps.set(id, value)
      if (value.browser !== browser.hash) return { opened: 'other-browser' }
      return { opened: 'here', at: { version: 1, value, tallies: [] }, device: null }
    },
    browsers: createBrowsers({ scheme: 'http', random }),
    ipOf: () => '203.0.113.7',
    certainIpOf: () => '203.0.113.7',
    devices: createDevices('http'),
    show: (_request, response, { value }) => void response.status(200).send(`shown ${value.state}`),
    pages: {
      error(view) {
        said = view.says
        return html`error ${view.says} ${view.resume}`
      },
      done: ({ url }) => html`done <a href="${url}">`,
    },
    keys,
    fetch: over.fetch ?? (() => Promise.reject(new Error('nothing may be fetched'))),
    clock,
    random,
    log: {
      warn: (message, facts) => void logged.push(`${message} ${JSON.stringify(facts)}`),
      error: (message, facts) => void logged.push(`${message} ${JSON.stringify(facts)}`),
    },
  })
  const router = Router({ caseSensitive: true, strict: true })
  routes(router)
  app.use(path === '' ? '/' : path, router)

  return {
    issuer,
    party,
    requests,
    stepUps,
    said: () => said,
    now: () => clock.now(),
    pass: (seconds) => clock.advance(seconds),
    opens: (how) => {
      opens = how
    },
    satisfy(id, proof = {}) {
      const held = stepUps.get(id)
      invariant(held !== undefined, 'what is satisfied was opened')
      stepUps.set(id, satisfied(clock.now(), proof)(held))
    },
    end(id, how) {
      const held = stepUps.get(id)
      invariant(held !== undefined, 'what ends was opened')
      stepUps.set(id, how(held, clock.now()))
    },
    link: (id, hop) => `${issuer}/step-up/${id}/${hop}?via=${signParts(keys, 'step', [hop, id])}`,
    logged: () => logged,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

export const satisfied =
  (at: Instant, proof: Partial<Proof> = {}) =>
  (held: Held): StepUp => ({
    ...held,
    state: 'satisfied',
    how: 'factor',
    factor: 'totp',
    proof: { acr: 'mfa', amr: ['otp'], at, ...proof },
    at,
  })

export function clientOf(party: RelyingParty, over: Partial<Client> = {}): Client {
  return {
    id: party.clientId,
    name: 'Kestrel SSO',
    auth: {
      method: 'private_key_jwt',
      algorithms: ['ES256', 'PS256', 'RS256', 'EdDSA'],
      keys: { from: 'inline', jwks: party.jwks },
    },
    redirectUris: [party.redirectUri],
    subject: { from: ['par', 'request_object'], claim: 'login_hint', directories: ['local'] },
    ...over,
  }
}

/** The step-up that the last hop was about. */
export function stepUpIn(location: string | null): Id<'stepUp'> {
  const id = /\/step-up\/(stp_[A-Za-z0-9_-]{22})/.exec(location ?? '')?.[1]
  invariant(id !== undefined, `a step-up in ${location}`)
  return id as Id<'stepUp'>
}

export const unavailable: Opens = () => {
  throw new Fault('directory.unavailable', 'down')
}

function heldOf(request: StepUpRequest, id: Id<'stepUp'>, browser: string): Held {
  return {
    ...{ id, request, browser, ip: null, userAgent: null, account: null },
    ...{ isOurs: false, isTheirs: false, trust: null },
    ...{ username: request.subject, lane: request.lane, locale: 'en', offered: [] },
    ...{ attemptsMax: 5, answersLeft: 30, replansLeft: 5 },
    ...{ openedAt: NOON, expiresAt: later(NOON, 600) },
  }
}
