import type { Html, Proofs } from '../http/index.ts'
import {
  type Clock,
  type FactorKind,
  type Instant,
  invariant,
  type Locale,
  never,
  operatorCodeKindOf,
} from '../kernel/index.ts'
import type { AppCode, Offer, Pending, Seen, StepUp, Tries } from '../stepup/index.ts'
import type { Asked, Present, Presented } from './door.ts'
import { maskEmail, maskPhone } from './mask.ts'
import type { Pages } from './pages.ts'
import { plainName } from './plain-name.ts'
import type { Asking, ChallengeView, EnrolView, Form, Frame, Message, Way } from './views.ts'

export type PresentDeps = {
  readonly pages: Pages
  readonly proofs: Proofs
  /** The path of the issuer: empty, or `/path`. */
  readonly base: string
  readonly codeDigits: number
  readonly mailFrom: string | null
  /** The seed of a pending enrolment, in the two ways in which it is shown. */
  readonly shown: (
    stepUp: StepUp,
    pending: Pending,
  ) => { readonly manualKey: string; readonly uri: string }
  readonly negotiate: (acceptLanguage: string | null) => Locale
  readonly clock: Clock
}

type Live = Extract<StepUp, { state: 'choosing' | 'challenged' | 'enrolling' | 'blocked' }>
type Told = Extract<Seen, { seen: 'step-up' }>
type Page = {
  readonly seen: Told
  readonly stepUp: Live
  readonly asked: Asked
  readonly now: Instant
}

/** What every OTP app understands, and what is enrolled here. */
const OUR_APP: AppCode = { digits: 6, periodSeconds: 30 }

/** Which page shows what is seen, with what in it. One status a state, the same whoever the person is. */
export function createPresent(deps: PresentDeps): Present {
  const { pages, proofs, base, clock } = deps

  return (seen, asked) => {
    const now = clock.now()
    if (seen.seen !== 'step-up') return stranger(seen.seen, asked, now)
    const stepUp = seen.at.value
    switch (stepUp.state) {
      case 'choosing':
      case 'challenged':
      case 'enrolling':
      case 'blocked':
        return live({ seen, stepUp, asked, now })
      case 'satisfied':
      case 'refused':
      case 'cancelled':
      case 'expired':
        return end(stepUp, asked, now)
      default:
        return never(stepUp)
    }
  }

  function live(page: Page): Presented {
    const { stepUp, seen, asked } = page
    const status = seen.said === 'nothing' || seen.said === 'sent-again' ? 200 : 422
    // A choice that is asked for while a question is open leaves the question as it is.
    if (asked.view === 'ways' && stepUp.state !== 'blocked') return { status, html: choose(page) }
    switch (stepUp.state) {
      case 'choosing':
        return { status, html: choose(page) }
      case 'challenged':
        // With no answer left it is over, also where the last verdict was lost with the process that had it.
        return { status, html: stepUp.attemptsLeft === 0 ? choose(page) : challenge(page, stepUp) }
      case 'enrolling':
        return { status, html: enrol(page, stepUp) }
      case 'blocked':
        return { status: status === 422 ? 422 : 403, html: blocked(page, stepUp) }
      default:
        return never(stepUp)
    }
  }

  function choose(page: Page): Html {
    const { stepUp } = page
    return pages.choose(frameOf(page), {
      choose: form(page, 'choose'),
      ways: stepUp.offered.map(wayOf),
      message: messageOf(page),
      signedInFrom: elsewhere(stepUp),
    })
  }

  function challenge(page: Page, stepUp: Extract<Live, { state: 'challenged' }>): Html {
    const { seen, now } = page
    const { sent, factor, leadsTo } = stepUp
    // A first proof is asked over a factor that may be a way of its own.
    const isAsked = ({ use, factor: offered }: Offer) =>
      leadsTo === 'enrolling' ? use === 'enrol' : use === 'ask' && offered === factor
    const others = stepUp.offered.filter((offer) => !isAsked(offer))
    const own = stepUp.offered.find(isAsked)
    const app = (own?.use === 'ask' ? own.app : null) ?? OUR_APP
    const isTrusting = leadsTo === 'satisfied' && operatorCodeKindOf(factor) === undefined
    const view: ChallengeView = {
      factor: asking(factor),
      challenge: stepUp.challenge,
      answer: form(page, 'answer'),
      digits: sent === null ? app.digits : deps.codeDigits,
      to: sent === null ? null : masked(factor, sent.to),
      validMinutes:
        sent === null ? 1 : Math.max(1, Math.round((sent.expiresAt - sent.sentAt) / 60_000)),
      periodSeconds: app.periodSeconds,
      attemptsLeft: seen.tries?.left ?? stepUp.attemptsLeft,
      message: messageOf(page),
      resend:
        sent === null
          ? null
          : { form: form(page, 'resend'), inSeconds: secondsUntil(sent.resendAt, now) },
      others: others.map(wayOf),
      ways: `${base}/step-up/${stepUp.id}/ways`,
      trust: isTrusting ? trustOf(stepUp, page.asked) : null,
      leadsTo: leadsTo === 'enrolling' ? 'enrol' : 'signed-in',
      mailFrom: deps.mailFrom,
      signedInFrom: elsewhere(stepUp),
    }
    return pages.challenge(frameOf(page), view)
  }

  function enrol(page: Page, stepUp: Extract<Live, { state: 'enrolling' }>): Html {
    const { pending, id, offered } = stepUp
    const username = plainName(stepUp.username)
    const { manualKey, uri } = deps.shown(stepUp, pending)
    return pages.enrol(frameOf(page), {
      enrolment: pending.enrolment,
      confirm: form(page, 'confirm'),
      digits: OUR_APP.digits,
      key: manualKey,
      uri,
      account: username,
      provenBy: provenBy(pending),
      trust: pending.provenance === 'bind-code' ? null : networkTrustOf(stepUp),
      message: messageOf(page),
      others: offered.filter(({ use }) => use === 'ask').map(wayOf),
      ways: `${base}/step-up/${id}/ways`,
    })
  }

  function blocked(page: Page, stepUp: Extract<Live, { state: 'blocked' }>): Html {
    const { why, offered, factor } = stepUp
    const { pausedUntil } = page.seen
    // A pause that is over meanwhile is shown as one that ends now: Try again plans anew.
    const minutes = (until: Instant) => Math.max(1, Math.ceil((until - page.now) / 60_000))
    const until =
      pausedUntil === 'operator' ? pausedUntil : { minutes: minutes(pausedUntil ?? page.now) }
    return pages.blocked(frameOf(page), {
      why:
        why === 'factor-locked'
          ? { block: why, factor: asking(factor ?? 'totp'), until }
          : { block: why },
      ways: [...offered.map(wayOf), ...(why === 'channel-down' ? downWays(factor) : [])],
      choose: offered.length === 0 ? null : form(page, 'choose'),
      retry: form(page, 'retry'),
    })
  }

  function end(stepUp: Exclude<StepUp, Live>, asked: Asked, now: Instant): Presented {
    const frame = quietFrame(stepUp, asked, now)
    const resume = `${base}/step-up/${stepUp.id}/resume?via=${proofs.via(stepUp.id, 'resume')}`
    switch (stepUp.state) {
      case 'satisfied': {
        const how = stepUp.how === 'factor' ? 'proven' : 'passed'
        return { status: 200, html: pages.done(frame, { url: resume, how }) }
      }
      case 'refused':
        return { status: 403, html: pages.refused(frame, { why: stepUp.reason, resume }) }
      case 'cancelled':
        return { status: 200, html: pages.cancelled(frame, { resume, by: stepUp.by }) }
      case 'expired': {
        const openMinutes = Math.round((stepUp.expiresAt - stepUp.openedAt) / 60_000)
        return { status: 410, html: pages.expired(frame, { resume, openMinutes }) }
      }
      default:
        return never(stepUp)
    }
  }

  function stranger(seen: 'gone' | 'other-browser', asked: Asked, now: Instant): Presented {
    const locale = deps.negotiate(asked.acceptLanguage)
    const nobody = { application: null, username: null, language: null, cancel: null }
    const frame: Frame = { locale, ...nobody, requestId: asked.requestId, now }
    const says = seen === 'gone' ? 'not-found' : 'other-browser'
    return {
      status: seen === 'gone' ? 404 : 403,
      html: pages.error(frame, { says, resume: null, again: null }),
    }
  }

  function frameOf(page: Page): Frame {
    return {
      ...quietFrame(page.stepUp, page.asked, page.now),
      language: form(page, 'language'),
      cancel: form(page, 'cancel'),
    }
  }

  function quietFrame(
    { locale, request, username: name }: StepUp,
    { requestId }: Asked,
    now: Instant,
  ): Frame {
    const [application, username] = [plainName(request.application.name), plainName(name)]
    return { locale, application, username, language: null, cancel: null, requestId, now }
  }

  function form({ stepUp, asked }: Page, action: string): Form {
    return {
      action: `${base}/step-up/${stepUp.id}/${action}`,
      proof: proofs.form(stepUp.id, asked.browser, action),
    }
  }
}

function messageOf({ seen, now }: Page): Message {
  switch (seen.said) {
    case 'nothing':
      return { says: 'none' }
    case 'wrong':
      // The last answer of a challenge ended it, and what is shown is the choice.
      return seen.tries === null ? { says: 'spent' } : { says: 'wrong', ...wrong(seen.tries) }
    case 'too-soon':
      return { says: 'too-soon', seconds: secondsUntil(seen.until, now) }
    default:
      return { says: seen.said }
  }
}

function wrong({ left, then }: Tries): Omit<Extract<Message, { says: 'wrong' }>, 'says'> {
  if (then === 'new-code') return { left, then }
  return { left, then: { pauseMinutes: Math.round(then.pauseSeconds / 60) } }
}

function wayOf(offer: Offer): Way {
  if (offer.use === 'enrol') {
    const { first } = offer
    const to = first?.to.map((one) => masked(first.channel, one)) ?? []
    return { use: 'enrol', factor: 'totp', first: first?.channel ?? null, to, standing: 'open' }
  }
  const to = offer.to.map((one) => masked(offer.factor, one))
  return { use: 'ask', factor: asking(offer.factor), to, standing: 'open' }
}

/** What failed is still there to be seen, and says so. */
const downWays = (factor: FactorKind | null): readonly Way[] =>
  factor === null ? [] : [{ use: 'ask', factor: asking(factor), to: [], standing: 'down' }]

function provenBy({ credit, provenance }: Pending): Asking | null {
  if (provenance === 'bind-code') return provenance
  return credit === null ? null : asking(credit.factor)
}

const masked = (factor: FactorKind, to: string): string =>
  factor === 'email' ? maskEmail(to) : maskPhone(to)

function asking(factor: FactorKind): Asking {
  invariant(factor !== 'webauthn' && factor !== 'recovery-code', 'what is shown has a page')
  return factor
}

function trustOf(stepUp: StepUp, { isTicked }: Asked): ChallengeView['trust'] {
  const { trust } = stepUp
  if (trust === null || trust.binding === 'ip') return networkTrustOf(stepUp)
  return { by: 'box', hours: trust.hours, isTicked }
}

const networkTrustOf = ({ trust }: StepUp): EnrolView['trust'] =>
  trust?.binding === 'ip' ? { by: 'network', hours: trust.hours } : null

/** Where the provider saw the person, when this browser is somewhere else. */
function elsewhere({ request, ip }: StepUp): string | null {
  const { signedIp } = request
  return signedIp === null || ip === null || signedIp === ip ? null : signedIp
}

const secondsUntil = (until: Instant, now: Instant): number =>
  Math.max(0, Math.ceil((until - now) / 1000))
