import type { Request, Response, Router } from 'express'
import {
  type Browsers,
  type Hop,
  type Proofs,
  RETRY_AFTER_SECONDS,
  seeOther,
  sendHtml,
} from '../http/index.ts'
import { type Clock, Fault, type Id, type KeyRing, parseId } from '../kernel/index.ts'
import type { Found, Open, StepUp } from '../stepup/index.ts'
import { type Answer, answerTo } from './answer.ts'
import { errorUrl } from './authorization-response.ts'
import type { OidcDeps, OidcPages } from './deps.ts'
import { onlyMethods } from './json.ts'
import { parseParameters, queryOf } from './parameters.ts'
import type { Paths } from './paths.ts'
import type { AuthorizationRequest, RequestStore } from './request-store.ts'
import { isOnlyALook, type SendPage } from './send-page.ts'

const HEADER_MAX = 255

export type BeginDoor = {
  readonly issuer: string
  readonly store: RequestStore
  readonly open: Open
  readonly browsers: Browsers
  readonly ipOf: OidcDeps['ipOf']
  readonly certainIpOf: OidcDeps['certainIpOf']
  readonly devices: OidcDeps['devices']
  readonly show: OidcDeps['show']
  readonly pages: OidcPages
  readonly sendPage: SendPage
  readonly paths: Paths
  readonly proofs: Proofs
  readonly keys: KeyRing
  readonly clock: Clock
}

/**
 * GET /step-up/:id/begin. The first hop that our own cookie reaches: here the step-up is bound to one browser. Whoever
 * comes again in that browser goes on where it stands, and nothing is sent anew.
 */
export function begin(router: Router, door: BeginDoor): void {
  const { store, browsers, sendPage, paths } = door
  const route = router.route('/step-up/:id/begin')

  route.get(async (request, response) => {
    if (isOnlyALook(request)) return void response.status(204).end()
    const id = idOf(request, 'begin', door.proofs)
    if (id === undefined) return sendPage(request, response, { refusal: 'link-forged' })
    const found = await store.find(id)
    if (found === undefined) return sendPage(request, response, { refusal: 'step-up-unknown' })
    if (found.stepUp !== undefined) return goOn(request, response, id, found.stepUp)
    if (door.clock.now() >= found.request.expiresAt)
      return sendPage(request, response, { refusal: 'request-expired' })
    await openFirst(request, response, found.request)
  })
  route.all(onlyMethods('GET'))

  async function openFirst(
    request: Request,
    response: Response,
    asked: AuthorizationRequest,
  ): Promise<void> {
    const hash = browsers.ensure(request, response)
    const opened = await opening(request, hash, asked)
    if (opened === 'unavailable') return unavailable(request, response, asked)
    if (opened.opened === 'other-browser')
      return sendPage(request, response, { refusal: 'other-browser' })
    const { at, device } = opened
    if (device !== null) door.devices.write(response, device)
    if (!isShown(at.value)) return answer(request, response, asked.stepUp, hash)
    await door.show(request, response, at)
  }

  /** A directory that is down is told to the client in the end; the store has to be there for that. */
  async function opening(request: Request, hash: string, asked: AuthorizationRequest) {
    const [userAgent, acceptLanguage] = [header(request, 'user-agent'), language(request)]
    try {
      const place = { ip: door.certainIpOf(request), device: door.devices.read(request) }
      const browser = { hash, ip: door.ipOf(request), userAgent, acceptLanguage, place }
      return await door.open(asked.request, asked.stepUp, browser)
    } catch (error) {
      if (error instanceof Fault && error.code === 'directory.unavailable') return 'unavailable'
      throw error
    }
  }

  function unavailable(request: Request, response: Response, asked: AuthorizationRequest) {
    if (asked.request.prompt === 'none')
      return seeOther(response, errorUrl(door.issuer, asked, { refusal: 'fault' }))
    const resume = paths.hop(asked.stepUp, 'resume')
    const view = { status: 503, says: 'try-again-later', resume, asked: asked.request } as const
    const page = door.pages.error(view, request, response)
    response.setHeader('Retry-After', RETRY_AFTER_SECONDS)
    sendHtml(response, 503, page)
  }

  async function goOn(
    request: Request,
    response: Response,
    id: Id<'stepUp'>,
    stepUp: StepUp,
  ): Promise<void> {
    const hash = browsers.read(request) ?? ''
    // Asked of the store also where the browser is another one: the audit hears of it there.
    if (hash === stepUp.browser && isShown(stepUp)) return seeOther(response, paths.stepUp(id))
    await answer(request, response, id, hash)
  }

  async function answer(request: Request, response: Response, id: Id<'stepUp'>, hash: string) {
    sendAnswer(await answerTo(id, hash, door), request, response, id)
  }

  /** A GET led here, so the answer may leave at once. */
  function sendAnswer(given: Answer, request: Request, response: Response, id: Id<'stepUp'>) {
    switch (given.answer) {
      case 'code':
        browsers.renew(request, response)
        return seeOther(response, given.url)
      case 'error':
        return seeOther(response, given.url)
      case 'open':
        return seeOther(response, paths.stepUp(id))
      case 'spent':
        return sendPage(request, response, { refusal: 'finished-elsewhere' })
      case 'unknown':
        return sendPage(request, response, { refusal: 'step-up-unknown' })
      case 'other-browser':
        return sendPage(request, response, { refusal: 'other-browser' })
    }
  }
}

/** With `prompt=none` nothing is shown; otherwise an end has its own page, and only proof needs none. */
function isShown({ state, request }: Found['value']): boolean {
  return state !== 'satisfied' && !(state === 'refused' && request.prompt === 'none')
}

/** The step-up of a link that we made for this hop. */
export function idOf(request: Request, hop: Hop, proofs: Proofs): Id<'stepUp'> | undefined {
  const id = parseId('stepUp', request.params['id'])
  const query = parseParameters(queryOf(request.originalUrl))
  if (id === undefined || !query.ok) return undefined
  return proofs.checkVia(id, hop, query.value.get('via')) === 'genuine' ? id : undefined
}

const header = (request: Request, name: string) => request.get(name)?.slice(0, HEADER_MAX) ?? null
const language = (request: Request) => header(request, 'accept-language')
