import type { Html, Proofs } from '../http/index.ts'
import {
  APPS_MAX,
  type Clock,
  type Instant,
  type Locale,
  never,
  operatorCodeKindOf,
} from '../kernel/index.ts'
import type { Offer, Pending, Seen, StepUp, Tries } from '../stepup/index.ts'
import type { Asked, Present, Presented } from './door.ts'
import type { Pages } from './pages.ts'
import { plainName } from './plain-name.ts'
import { choicesOf, isAdding, NO_OTHER, OUR_APP, ownAppOf, shownBy } from './present-apps.ts'
import {
  asking,
  downWays,
  masked,
  networkTrustOf,
  provenBy,
  trustOf,
  wayOf,
} from './present-ways.ts'
import type { ChallengeView, Form, Frame, ManageView, Message } from './views.ts'

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

type Live = Extract<
  StepUp,
  { state: 'choosing' | 'challenged' | 'enrolling' | 'managing' | 'blocked' }
>
type Told = Extract<Seen, { seen: 'step-up' }>
type Page = {
  readonly seen: Told
  readonly stepUp: Live
  readonly asked: Asked
  readonly now: Instant
}

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
      case 'managing':
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
    const isChosen = stepUp.state !== 'blocked' && stepUp.state !== 'managing'
    if (asked.view === 'ways' && isChosen && !isAdding(stepUp))
      return { status, html: choose(page) }
    switch (stepUp.state) {
      case 'choosing':
        return { status, html: choose(page) }
      case 'challenged':
        // With no answer left it is over, also where the last verdict was lost with the process that had it.
        return { status, html: stepUp.attemptsLeft === 0 ? choose(page) : challenge(page, stepUp) }
      case 'enrolling':
        return { status, html: enrol(page, stepUp) }
      case 'managing':
        return managing(page, status)
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
      ways: choicesOf(stepUp.offered).map(wayOf),
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
    const isTrusting = leadsTo === 'satisfied' && operatorCodeKindOf(factor) === undefined
    const others = choicesOf(stepUp.offered.filter((offer) => !isAsked(offer)))
    const shown = shownBy(stepUp.offered.filter(isAsked))
    const view: ChallengeView = {
      factor: asking(factor),
      challenge: stepUp.challenge,
      answer: form(page, 'answer'),
      digits: sent === null ? shown.digits : deps.codeDigits,
      also: sent === null ? shown.also : NO_OTHER,
      to: sent === null ? null : masked(factor, sent.to),
      validMinutes:
        sent === null ? 1 : Math.max(1, Math.round((sent.expiresAt - sent.sentAt) / 60_000)),
      periodSeconds: shown.periodSeconds,
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
    const { pending, id, offered, proven } = stepUp
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
      back: proven === null ? null : form(page, 'back'),
      written: page.asked.name,
      others: proven === null ? offered.filter(({ use }) => use === 'ask').map(wayOf) : [],
      ways: `${base}/step-up/${id}/ways`,
    })
  }

  /** The list, or the one of them that is asked for; of one that is not theirs no more is said than of one that is not. */
  function managing(page: Page, status: number): Presented {
    const { stepUp, seen, asked } = page
    const here = `${base}/step-up/${stepUp.id}`
    const apps = (seen.apps ?? []).map((app) => ownAppOf(app, here))
    const message = messageOf(page)
    const isOne = asked.view === 'rename' || asked.view === 'remove'
    const app = isOne ? apps.find(({ enrolment }) => enrolment === asked.app) : undefined
    if (app !== undefined && isOne && message.says !== 'stale') {
      const view = { app, form: form(page, asked.view), written: asked.name, message, back: here }
      const shown = asked.view === 'rename' ? pages.renameApp : pages.removeApp
      return { status, html: shown(frameOf(page), view) }
    }
    const isUnknown = isOne && app === undefined
    const view: ManageView = {
      ...{ apps, done: form(page, 'done') },
      add: apps.length < APPS_MAX ? form(page, 'add') : null,
      message: isUnknown ? { says: 'stale' } : message,
    }
    return { status: isUnknown ? 404 : status, html: pages.manage(frameOf(page), view) }
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
      ways: [...choicesOf(offered).map(wayOf), ...(why === 'channel-down' ? downWays(factor) : [])],
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
    const frame: Frame = { locale, ...nobody, purpose: 'sign-in', requestId: asked.requestId, now }
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
    const { purpose } = request
    return { locale, application, username, purpose, language: null, cancel: null, requestId, now }
  }

  function form({ stepUp, asked }: Page, action: string): Form {
    return {
      action: `${base}/step-up/${stepUp.id}/${action}`,
      proof: proofs.form(stepUp.id, asked.browser, action),
    }
  }
}

function messageOf({ seen, stepUp, now }: Page): Message {
  switch (seen.said) {
    case 'nothing':
      return { says: 'none' }
    case 'wrong':
      // Of an app whose key is shown nothing is counted towards a pause.
      if (stepUp.state === 'enrolling') return { says: 'wrong-enrol' }
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

/** Where the provider saw the person, when this browser is somewhere else. */
function elsewhere({ request, ip }: StepUp): string | null {
  const { signedIp } = request
  return signedIp === null || ip === null || signedIp === ip ? null : signedIp
}

const secondsUntil = (until: Instant, now: Instant): number =>
  Math.max(0, Math.ceil((until - now) / 1000))
