import { z } from 'zod'
import type { AuditEvent } from '../audit/index.ts'
import { type Id, type IdKind, instantOf, invariant, LOCALES, parseId } from '../kernel/index.ts'
import type { AuthorizationRequest } from '../oidc/index.ts'
import type {
  App,
  KnownBrowser,
  Lane,
  Offer,
  Provenance,
  StepUp,
  StepUpRequest,
  Tally,
} from '../stepup/index.ts'
import { binding, count, factor, instant, parsed, text, texts } from './rows-parts.ts'

const id = <K extends IdKind>(of: K) => z.custom<Id<K>>((value) => parseId(of, value) !== undefined)
const matching = <T extends string>(pattern: RegExp) =>
  z.custom<T>((value) => typeof value === 'string' && pattern.test(value))

const lane = matching<Lane>(/^(?:signed|unsigned|browser:.+)$/)
const provenance = matching<Provenance>(/^(?:open|bind-code|operator|import|contact:.+|factor:.+)$/)
const proof = z.strictObject({ acr: text, amr: z.array(text), at: instant.nullable() })

const stepUpRequest: z.ZodType<StepUpRequest> = z.strictObject({
  client: text,
  lane: z.enum(['signed', 'unsigned']),
  subject: text,
  lookup: z.discriminatedUnion('by', [
    z.strictObject({ by: z.literal('name'), value: text }),
    z.strictObject({ by: z.literal('immutableId'), directory: text, value: text }),
  ]),
  directories: z.array(z.union([text, z.array(text)])),
  application: z.strictObject({ id: text.nullable(), name: text }),
  acr: z.strictObject({ wanted: z.array(text), essential: z.boolean() }),
  maxAgeSeconds: z.number().nullable(),
  prompt: z.enum(['none', 'login']).nullable(),
  uiLocales: text.nullable(),
  purpose: z.enum(['sign-in', 'enrol']),
  upstream: z.strictObject({ amr: z.array(text), authTime: z.number().nullable() }).nullable(),
  signedIp: text.nullable(),
})

const appCode = {
  digits: z.union([z.literal(6), z.literal(8)]),
  periodSeconds: z.union([z.literal(30), z.literal(60)]),
}
const offer: z.ZodType<Offer> = z.discriminatedUnion('use', [
  z.strictObject({
    factor,
    use: z.literal('ask'),
    acr: text,
    to: z.array(text),
    app: z.strictObject({ enrolment: id('enrolment'), ...appCode }).nullable(),
  }),
  z.strictObject({
    factor: z.literal('totp'),
    use: z.literal('enrol'),
    acr: text,
    first: z
      .strictObject({ channel: z.enum(['email', 'sms', 'bind-code']), to: z.array(text) })
      .nullable(),
  }),
])

const trustOffer = z.strictObject({
  hours: count,
  binding,
  group: text,
  contacts: text,
  ip: text.nullable(),
  series: text.nullable(),
})
const always = {
  id: id('stepUp'),
  request: stepUpRequest,
  browser: text,
  ip: text.nullable(),
  userAgent: text.nullable(),
  account: id('account').nullable(),
  isOurs: z.boolean(),
  // Opened by a release that did not say.
  isTheirs: z.boolean().default(false),
  username: text,
  lane,
  locale: z.enum(LOCALES),
  trust: trustOffer.nullable().default(null),
  offered: z.array(offer),
  attemptsMax: count,
  answersLeft: count,
  replansLeft: count,
  openedAt: instant,
  expiresAt: instant,
}
const sent = z.strictObject({
  to: text,
  keyId: text,
  generation: count,
  messages: count,
  sentAt: instant,
  expiresAt: instant,
  resendAt: instant,
})
const pending = z.strictObject({
  enrolment: id('enrolment'),
  keyId: text,
  provenance,
  credit: z.strictObject({ factor, proof }).nullable(),
})

const proven = z.strictObject({ factor, provenance, proof })

const stepUp: z.ZodType<StepUp> = z.discriminatedUnion('state', [
  z.strictObject({ ...always, state: z.literal('choosing') }),
  z.strictObject({
    ...always,
    state: z.literal('challenged'),
    factor,
    challenge: id('challenge'),
    attemptsLeft: count,
    unjudged: count,
    sent: sent.nullable(),
    leadsTo: z.enum(['satisfied', 'enrolling']),
  }),
  z.strictObject({
    ...always,
    state: z.literal('enrolling'),
    pending,
    // Begun by a release that knew of one app alone.
    proven: proven.nullable().default(null),
  }),
  z.strictObject({ ...always, state: z.literal('managing'), proven }),
  z.strictObject({
    ...always,
    state: z.literal('blocked'),
    why: z.enum(['no-contact', 'factor-locked', 'channel-down']),
    factor: factor.nullable(),
  }),
  z.strictObject({
    ...always,
    state: z.literal('satisfied'),
    how: z.enum(['factor', 'trust', 'exempt', 'delegated']),
    factor: factor.nullable(),
    proof,
    at: instant,
  }),
  z.strictObject({
    ...always,
    state: z.literal('refused'),
    reason: z.enum(['denied', 'attempts-spent', 'question-needed', 'essential-acr-unmet']),
    at: instant,
  }),
  z.strictObject({
    ...always,
    state: z.literal('cancelled'),
    by: z.enum(['person', 'operator']),
    at: instant,
  }),
  z.strictObject({ ...always, state: z.literal('expired'), at: instant }),
])

/** What ends a step-up asks this of it, whichever release wrote it, and hands on the rest as it is. */
const ofClient = z.looseObject({ request: z.looseObject({ client: text }) })
const underWay = ofClient.extend({
  factor: text.nullish(),
  offered: z.array(z.looseObject({ factor: text })),
})

const request: z.ZodType<AuthorizationRequest> = z.strictObject({
  uriHash: text,
  stepUp: id('stepUp'),
  client: text,
  redirectUri: text,
  state: text.nullable(),
  nonce: text.nullable(),
  codeChallenge: text,
  request: stepUpRequest,
  pushedAt: instant,
  openBy: instant,
  expiresAt: instant,
})

const tallies: z.ZodType<Tally[]> = z.array(
  z.strictObject({ factor, lane, failures: count, lockedUntil: instant.nullable() }),
)
const enrolment = id('enrolment')
const enrolled = z.array(z.strictObject({ enrolment, factor, provenance, ...appCode }))
const apps = z.array(
  z.strictObject({
    ...{ enrolment, name: text.nullable(), place: count, provenance, at: instant },
    ...{ periodSeconds: count, usedTimeStep: count },
  }),
)

const knownBrowsers = z.array(
  z
    .strictObject({
      ...{ browser: text, at: instant, factor: factor.nullable(), destination: text.nullable() },
    })
    .transform(({ browser, at, factor: kind, destination: to }): KnownBrowser => {
      return { browser, at, chosen: kind && { factor: kind, to } }
    }),
)

const factors = z.array(
  z.strictObject({
    ...{ kind: z.literal('totp'), id: id('enrolment'), name: text.nullable(), place: count },
    ...{ provenance: text, secretBits: count, at: instant },
  }),
)
const sends = z.array(
  z.strictObject({ channel: factor, lane: z.enum(['signed', 'unsigned']), nextAt: instant }),
)

/** An event of another release is still evidence: it is read by what every event has, and handed on whole. */
const event = z.custom<AuditEvent>((value) => whatEveryEventSays.safeParse(value).success)
const whatEveryEventSays = z.looseObject({
  event: z.string().regex(/^[a-z-]+\.[a-z-]+$/),
  at: z.int(),
  actor: text,
})

export const stepUpIn = (json: string): StepUp => parsed('a step-up', stepUp, json)
export const requestIn = (json: string): AuthorizationRequest => parsed('a request', request, json)
export const underWayIn = (json: string) => parsed('a step-up', underWay, json)
export const clientIn = (json: string): string => parsed('a client', ofClient, json).request.client
export const talliesIn = (json: string): readonly Tally[] =>
  json === '[]' ? [] : parsed('tallies', tallies, json)
export const enrolledIn = (json: string) => parsed('enrolments', enrolled, json)
export const appsIn = (json: string): readonly App[] =>
  parsed('OTP apps', apps, json).map(({ periodSeconds, usedTimeStep, ...app }) => {
    // The code that confirmed it is no use of it.
    const usedAt = usedTimeStep * periodSeconds * 1000
    return { ...app, usedAt: usedAt > app.at ? instantOf(usedAt) : null }
  })
export const knownBrowsersIn = (json: string) => parsed('known browsers', knownBrowsers, json)
export const factorsIn = (json: string) => parsed('factors', factors, json)
export const sendsIn = (json: string) => parsed('send budgets', sends, json)
export const eventIn = (json: string): AuditEvent => parsed('an event', event, json)
export const textsIn = (json: string): readonly string[] => parsed('texts', texts, json)

/** Of a column that holds one word. */
export function wordIn<const T extends string | number>(words: readonly T[], value: unknown): T {
  const word = words.find((one) => one === value)
  invariant(word !== undefined, `a row says one of ${words.join(', ')}`)
  return word
}

export function idIn<K extends IdKind>(of: K, value: string): Id<K> {
  const found = parseId(of, value)
  invariant(found !== undefined, `a row holds an id of ${of}`)
  return found
}

/** A code belongs to a satisfied step-up, or is none. */
export function satisfiedIn(value: StepUp): Extract<StepUp, { state: 'satisfied' }> {
  invariant(value.state === 'satisfied', 'a code belongs to a satisfied step-up')
  return value
}

export function provenanceIn(value: string): Provenance {
  return provenance.parse(value)
}
