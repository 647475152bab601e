import type { AuditEvent } from '../../src/audit/index.ts'
import { type Id, type Instant, later } from '../../src/kernel/index.ts'
import type { AuthorizationRequest, Once, RequestStore } from '../../src/oidc/index.ts'
import type { StepUp } from '../../src/stepup/index.ts'

type Code = {
  readonly stepUp: Id<'stepUp'>
  readonly issuedAt: Instant
  redeemed: boolean
  token: { readonly hash: string; readonly expiresAt: Instant } | null
}

/** Keeps the contract of the port in memory. Nothing awaits between reading and writing, so every call is atomic. */
export function createFakeRequestStore(stepUps: ReadonlyMap<Id<'stepUp'>, StepUp>): RequestStore & {
  readonly events: readonly AuditEvent[]
} {
  const requests = new Map<string, AuthorizationRequest>()
  const assertions = new Set<string>()
  const nonces = new Set<string>()
  const codes = new Map<string, Code>()
  const events: AuditEvent[] = []

  return {
    events,

    async push(request, once) {
      if (once !== null && assertions.has(nameOf(once))) return 'assertion-replayed'
      if (isSeen(request)) return 'nonce-replayed'
      if (once !== null) assertions.add(nameOf(once))
      keep(request)
      return 'pushed'
    },

    async findPushed(uriHash, client, now) {
      const request = requests.get(uriHash)
      if (request === undefined || request.client !== client) return 'unknown'
      const ends = stepUps.has(request.stepUp) ? request.expiresAt : request.openBy
      return now >= ends ? 'expired' : request
    },

    async park(request, now) {
      const known = requests.get(request.uriHash)
      if (known !== undefined) return now >= known.expiresAt ? 'expired' : known
      if (isSeen(request)) return 'nonce-replayed'
      keep(request)
      return request
    },

    async find(id) {
      const request = ofStepUp(id)
      return request === undefined ? undefined : { request, stepUp: stepUps.get(id) }
    },

    async issue(id, browser, { hash, seconds }, now) {
      const [request, stepUp] = [ofStepUp(id), stepUps.get(id)]
      if (request === undefined || stepUp === undefined) return { heard: 'unknown' }
      if (stepUp.browser !== browser) {
        tell(stepUp, 'step-up.other-browser', now)
        return { heard: 'other-browser' }
      }
      if (stepUp.state !== 'satisfied')
        return { heard: 'at' in stepUp ? 'ended' : 'open', request, stepUp }
      const code = [...codes.values()].find((one) => one.stepUp === id)
      if (code === undefined) {
        codes.set(hash, { stepUp: id, issuedAt: now, redeemed: false, token: null })
        tell(stepUp, 'authorization-code.issued', now)
        return { heard: 'issued', request, stepUp }
      }
      const isGone = code.redeemed || now > later(code.issuedAt, seconds)
      return { heard: isGone ? 'spent' : 'again', request, stepUp }
    },

    async redeem({ hash, client, redirectUri, seconds }, verifierHash, token, once, now) {
      if (once !== null && assertions.has(nameOf(once))) return { heard: 'assertion-replayed' }
      if (once !== null) assertions.add(nameOf(once))
      const code = codes.get(hash)
      const request = code === undefined ? undefined : ofStepUp(code.stepUp)
      const stepUp = code === undefined ? undefined : stepUps.get(code.stepUp)
      if (code === undefined || request === undefined || stepUp?.state !== 'satisfied')
        return { heard: 'unknown' }
      if (request.client !== client || request.redirectUri !== redirectUri)
        return { heard: 'unknown' }
      if (code.redeemed) {
        code.token = null
        tell(stepUp, 'authorization-code.replayed', now)
        return { heard: 'replayed' }
      }
      if (now > later(code.issuedAt, seconds)) return { heard: 'expired' }
      code.redeemed = true
      if (verifierHash !== request.codeChallenge) return { heard: 'verifier-wrong' }
      code.token = token
      tell(stepUp, 'authorization-code.redeemed', now)
      return { heard: 'redeemed', request, stepUp }
    },

    async findToken(hash, now) {
      const code = [...codes.values()].find(({ token }) => token?.hash === hash)
      if (code?.token == null || now >= code.token.expiresAt) return undefined
      const [request, stepUp] = [ofStepUp(code.stepUp), stepUps.get(code.stepUp)]
      return request === undefined || stepUp?.state !== 'satisfied'
        ? undefined
        : { request, stepUp }
    },

    async refuse(event) {
      events.push(event)
    },
  }

  function isSeen({ client, nonce }: AuthorizationRequest): boolean {
    return nonce !== null && nonces.has(`${client}\n${nonce}`)
  }

  function keep(request: AuthorizationRequest): void {
    requests.set(request.uriHash, request)
    if (request.nonce !== null) nonces.add(`${request.client}\n${request.nonce}`)
  }

  function ofStepUp(id: Id<'stepUp'>): AuthorizationRequest | undefined {
    return [...requests.values()].find(({ stepUp }) => stepUp === id)
  }

  function tell(
    { id, request, account }: StepUp,
    event:
      | 'authorization-code.issued'
      | 'authorization-code.redeemed'
      | 'authorization-code.replayed'
      | 'step-up.other-browser',
    at: Instant,
  ): void {
    events.push({ event, at, actor: 'client', stepUp: id, client: request.client, account })
  }
}

const nameOf = ({ client, jti }: Once) => `${client}\n${jti}`
