import { type Id, type Instant, later, newId, type Random } from '../../src/kernel/index.ts'
import type {
  Challenged,
  Held,
  Offer,
  Sent,
  StepUp,
  StepUpRequest,
} from '../../src/stepup/index.ts'
import { createSeededRandom, NOON } from './world.ts'

/** Fresh ids for the samples of one test file; unlike those of any other seed. */
export type Sampler = {
  readonly random: Random
  id<K extends Parameters<typeof newId>[0]>(of: K): Id<K>
}

export function createSampler(seed: number | string = 'samples'): Sampler {
  const random = createSeededRandom(seed)
  return { random, id: (of) => newId(of, random) }
}

export const TOTP_OFFER: Offer = {
  factor: 'totp',
  use: 'ask',
  acr: 'mfa-app',
  to: [],
  app: { enrolment: 'enr_AAAAAAAAAAAAAAAAAAAAAA' as Id<'enrolment'>, digits: 6, periodSeconds: 30 },
}
export const EMAIL_OFFER: Offer = {
  factor: 'email',
  use: 'ask',
  acr: 'mfa',
  to: ['li.wei@kestrel.example'],
  app: null,
}

export const SAMPLE_REQUEST: StepUpRequest = {
  client: 'iam',
  lane: 'signed',
  subject: 'u-1',
  lookup: { by: 'name', value: 'li.wei' },
  directories: ['local'],
  application: { id: null, name: 'Payroll' },
  acr: { wanted: [], essential: false },
  maxAgeSeconds: null,
  prompt: null,
  uiLocales: null,
  purpose: 'sign-in',
  upstream: null,
  signedIp: null,
}

/** What is true in every state, opened at noon for ten minutes. */
export function heldSample(sampler: Sampler, over: Partial<Held> = {}): Held {
  const openedAt: Instant = over.openedAt ?? NOON
  return {
    id: sampler.id('stepUp'),
    request: SAMPLE_REQUEST,
    browser: 'the-hash-of-a-cookie',
    ip: '192.0.2.7',
    userAgent: null,
    account: sampler.id('account'),
    isOurs: false,
    isTheirs: false,
    username: 'li.wei',
    lane: 'signed',
    trust: null,
    locale: 'en',
    offered: [TOTP_OFFER, EMAIL_OFFER],
    attemptsMax: 5,
    answersLeft: 30,
    replansLeft: 5,
    openedAt,
    expiresAt: later(openedAt, 600),
    ...over,
  }
}

export function choosingSample(sampler: Sampler, over: Partial<Held> = {}): StepUp {
  return { ...heldSample(sampler, over), state: 'choosing' }
}

export function challengedSample(
  sampler: Sampler,
  over: Partial<Held> & Partial<Pick<Challenged, 'factor' | 'attemptsLeft' | 'unjudged'>> = {},
): Challenged {
  const { factor = 'totp', attemptsLeft = 5, unjudged = 0, ...held } = over
  return {
    ...heldSample(sampler, held),
    state: 'challenged',
    factor,
    challenge: sampler.id('challenge'),
    attemptsLeft,
    unjudged,
    sent: factor === 'totp' ? null : sentSample(held.openedAt ?? NOON),
    leadsTo: 'satisfied',
  }
}

export function sentSample(at: Instant = NOON): Sent {
  return {
    to: 'li.wei@kestrel.example',
    keyId: '2029-12',
    generation: 0,
    messages: 1,
    sentAt: at,
    expiresAt: later(at, 300),
    resendAt: later(at, 30),
  }
}

export function satisfiedSample(
  sampler: Sampler,
  over: Partial<Held> = {},
): Extract<StepUp, { state: 'satisfied' }> {
  const held = heldSample(sampler, over)
  const at = held.openedAt
  return {
    ...held,
    state: 'satisfied',
    how: 'factor',
    factor: 'totp',
    proof: { acr: 'mfa', amr: ['otp'], at },
    at,
  }
}
