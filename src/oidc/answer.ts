import { type Clock, hashOf, type Id, type KeyRing, signParts } from '../kernel/index.ts'
import type { StepUp } from '../stepup/index.ts'
import { endOf, errorUrl, successUrl } from './authorization-response.ts'
import { honest } from './honest.ts'
import type { RequestStore } from './request-store.ts'

/** RFC 9700 section 2.1.1 wants it short; a reopened link repeats it within this time. */
export const CODE_SECONDS = 60

export type Answer =
  /** The code goes to the client, by way of our page or not. */
  | { readonly answer: 'code'; readonly url: string; readonly stepUp: StepUp }
  | { readonly answer: 'error'; readonly url: string }
  | { readonly answer: 'open' | 'spent' | 'unknown' | 'other-browser' }

export type AnswerDeps = {
  readonly issuer: string
  readonly store: RequestStore
  readonly keys: KeyRing
  readonly clock: Clock
}

/**
 * What the client is to hear now, if anything. The code is derived from the step-up, so that whoever reopens the link
 * repeats the same redirect, and a copy of the database holds none.
 */
export async function answerTo(
  id: Id<'stepUp'>,
  browser: string,
  { issuer, store, keys, clock }: AnswerDeps,
): Promise<Answer> {
  const code = signParts(keys, 'authorization-code', [id])
  const now = clock.now()
  const kept = await store.issue(id, browser, { hash: hashOf(code), seconds: CODE_SECONDS }, now)
  switch (kept.heard) {
    case 'unknown':
    case 'other-browser':
    case 'open':
    case 'spent':
      return { answer: kept.heard }
    case 'ended': {
      const end = endOf(kept.stepUp)
      if (end === undefined) return { answer: 'open' }
      return { answer: 'error', url: errorUrl(issuer, kept.request, end) }
    }
    case 'issued':
    case 'again': {
      const { request, stepUp } = kept
      const checked = honest(request, stepUp)
      if (checked !== 'honest') return { answer: 'error', url: errorUrl(issuer, request, checked) }
      return { answer: 'code', url: successUrl(issuer, request, code), stepUp }
    }
  }
}
