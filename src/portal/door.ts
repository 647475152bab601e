import { type Request, type RequestHandler, type Response, type Router, urlencoded } from 'express'
import {
  type Browsers,
  type Devices,
  type Html,
  type Proofs,
  refuseLarger,
  requestIdOf,
  seeOther,
  sendHtml,
} from '../http/index.ts'
import { type Id, never, parseId, parseLocale } from '../kernel/index.ts'
import type { Seen, StepUps, Whose } from '../stepup/index.ts'

export type Presented = { readonly status: number; readonly html: Html }

/** Puts in a page what a person sees of a step-up. */
export type Present = (seen: Seen, asked: Asked) => Presented

/** Who looks, and at what. */
export type Asked = {
  readonly id: Id<'stepUp'>
  readonly browser: string
  readonly requestId: string
  readonly view: View
  /** Which app a view is about, as the address or the form says. */
  readonly app: string | null
  /** What was written as a name, to be corrected. */
  readonly name: string | null
  /** The box was ticked, and stays so while the same question is asked again. */
  readonly isTicked: boolean
  readonly acceptLanguage: string | null
}

/** What is looked at: where the step-up stands; the choice, also while a question is open; or one of the own apps. */
type View = 'step-up' | 'ways' | 'rename' | 'remove'

export type PortalDeps = {
  readonly stepUps: StepUps
  readonly present: Present
  readonly browsers: Browsers
  readonly devices: Devices
  readonly proofs: Proofs
}

const ACTIONS = [
  ...(['choose', 'answer', 'resend', 'confirm', 'retry', 'cancel', 'language'] as const),
  ...(['add', 'back', 'rename', 'remove', 'done'] as const),
] as const
type Action = (typeof ACTIONS)[number]

/** Bodies of our own forms: a proof, an id and a code. No browser compresses them. */
const BYTES_MAX = 4 * 1024
const BODY = { extended: false, limit: BYTES_MAX, parameterLimit: 10, inflate: false } as const

export type Portal = {
  /** Puts its paths on a router at the issuer's path. */
  readonly routes: (router: Router) => void
  /** The page of a step-up that another door has just opened. */
  show(request: Request, response: Response, id: Id<'stepUp'>, seen: Seen, browser: string): void
}

export function createPortal({ stepUps, present, browsers, devices, proofs }: PortalDeps): Portal {
  const parse = refuseLarger(BYTES_MAX, urlencoded(BODY))

  return {
    routes(router) {
      for (const action of ACTIONS)
        router
          .route(`/step-up/:id/${action}`)
          .post(parse, act(action))
          .get(backToItsPage)
          .all((_request, response) => {
            response.status(405).set('Allow', 'GET, HEAD, POST').end()
          })
      router.get('/step-up/:id', look('step-up'))
      router.get('/step-up/:id/ways', look('ways'))
      router.get('/step-up/:id/apps/:app/rename', look('rename'))
      router.get('/step-up/:id/apps/:app/remove', look('remove'))
    },
    show: (request, response, id, seen, browser) =>
      send(request, response, seen, { ...ITSELF, id, browser }),
  }

  function look(view: View): RequestHandler {
    return async (request, response) => {
      const whose = whoseOf(request)
      if (whose === undefined) return stranger(request, response)
      const app = textOf(request.params['app'])
      const seen = await (view === 'remove' ? stepUps.weigh(whose, app) : stepUps.look(whose))
      send(request, response, seen, { ...ITSELF, ...whose, view, app })
    }
  }

  /** What a post answered stands under its address: a tab that comes back to it, dropped meanwhile, asks for it again. */
  function backToItsPage(request: Request, response: Response): void {
    const id = parseId('stepUp', request.params['id'])
    if (id === undefined) stranger(request, response)
    else seeOther(response, `../${id}`)
  }

  function act(action: Action): RequestHandler {
    return async (request, response) => {
      const whose = whoseOf(request)
      if (whose === undefined) return stranger(request, response)
      const body = bodyOf(request)
      if (!isOurs(request) || isForged(whose, action, body['proof']))
        return send(request, response, { seen: 'other-browser' }, { ...ITSELF, ...whose })

      const seen = await make(action, whose, body)
      if (seen.seen !== 'step-up') return send(request, response, seen, { ...ITSELF, ...whose })
      const { state } = seen.at.value
      if (state === 'satisfied') {
        browsers.renew(request, response)
        if (seen.device !== null) devices.write(response, seen.device)
        return seeOther(response, `resume?via=${proofs.via(whose.id, 'resume')}`)
      }
      // What has nothing to say is shown by its own address, so that Reload asks nothing twice.
      if (seen.said === 'nothing') return seeOther(response, `../${whose.id}`)
      send(request, response, seen, {
        ...whose,
        view: action === 'rename' || action === 'remove' ? action : 'step-up',
        ...{ app: textOf(body['enrolment']), name: textOf(body['name']) },
        isTicked: body['trust'] === 'yes',
      })
    }
  }

  function make(action: Action, whose: Whose, body: Body): Promise<Seen> {
    switch (action) {
      case 'choose':
        return stepUps.choose(whose, { factor: body['factor'], to: body['to'] })
      case 'answer':
        return stepUps.answer(whose, body['challenge'], body['code'], body['trust'] === 'yes')
      case 'resend':
        return stepUps.resend(whose, body['challenge'])
      case 'confirm':
        return stepUps.confirm(whose, body['enrolment'], { code: body['code'], name: body['name'] })
      case 'add':
        return stepUps.add(whose)
      case 'back':
        return stepUps.back(whose)
      case 'rename':
        return stepUps.rename(whose, body['enrolment'], body['name'])
      case 'remove':
        return stepUps.remove(whose, body['enrolment'])
      case 'done':
        return stepUps.done(whose)
      case 'retry':
        return stepUps.retry(whose)
      case 'cancel':
        return stepUps.cancel(whose)
      case 'language': {
        const locale = parseLocale(body['locale'])
        return locale === undefined ? stepUps.look(whose) : stepUps.speak(whose, locale)
      }
      default:
        return never(action)
    }
  }

  function isForged(whose: Whose, action: Action, proof: unknown): boolean {
    return proofs.checkForm(whose.id, whose.browser, action, proof) !== 'genuine'
  }

  /** Undefined where no step-up can be meant: the id is none, or the browser carries no cookie of ours. */
  function whoseOf(request: Request): Whose | undefined {
    const id = parseId('stepUp', request.params['id'])
    const browser = browsers.read(request)
    return id === undefined || browser === undefined ? undefined : { id, browser }
  }

  function stranger(request: Request, response: Response): void {
    const id = parseId('stepUp', request.params['id'])
    const seen: Seen = { seen: id === undefined ? 'gone' : 'other-browser' }
    send(request, response, seen, { ...ITSELF, id: id ?? NOBODY, browser: '' })
  }

  function send(
    request: Request,
    response: Response,
    seen: Seen,
    asked: Whose & Pick<Asked, 'view' | 'app' | 'name' | 'isTicked'>,
  ): void {
    const acceptLanguage = request.headers['accept-language'] ?? null
    const requestId = requestIdOf(response)
    const { status, html } = present(seen, { ...asked, requestId, acceptLanguage })
    sendHtml(response, status, html)
  }
}

/** Stands in an error page for an id that was none. */
const NOBODY = 'stp_0000000000000000000000' as Id<'stepUp'>

const ITSELF = { view: 'step-up', app: null, name: null, isTicked: false } as const

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

type Body = Readonly<Record<string, unknown>>

/** A field that came twice is an array, and no code, proof or id is an array. */
function bodyOf(request: Request): Body {
  const body: unknown = request.body
  return typeof body === 'object' && body !== null ? { ...body } : {}
}

/** Our own pages post from our own origin; a browser that says otherwise is believed. `Origin` is `null` under no-referrer and says nothing. */
function isOurs(request: Request): boolean {
  const site = request.headers['sec-fetch-site']
  return site === undefined || site === 'same-origin'
}
