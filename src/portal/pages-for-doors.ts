import type { Request, Response } from 'express'
import { type Html, requestIdOf } from '../http/index.ts'
import type { Clock, Locale } from '../kernel/index.ts'
import type { StepUp, StepUpRequest } from '../stepup/index.ts'
import { againAt } from './again.ts'
import type { Pages } from './pages.ts'
import { plainName } from './plain-name.ts'
import type { ErrorView, Frame } from './views.ts'

/** The two pages that other doors show: they know what to say, and this room how it looks. */
export type PagesForDoors = {
  error(
    view: Omit<ErrorView, 'again'> & {
      /** What the client asked, where this is about that and no page has been shown yet. */
      readonly asked?: Pick<StepUpRequest, 'application' | 'purpose' | 'uiLocales'>
    },
    request: Request,
    response: Response,
  ): Html
  done(
    view: { readonly url: string; readonly stepUp: StepUp },
    request: Request,
    response: Response,
  ): Html
}

/** What may be over when it is tried once more. */
const OURS: readonly ErrorView['says'][] = ['our-mistake', 'try-again', 'try-again-later']

export function createPagesForDoors(deps: {
  readonly pages: Pages
  readonly negotiate: (wanted: {
    readonly uiLocales: string | null
    readonly acceptLanguage: string | null
  }) => Locale
  readonly clock: Clock
}): PagesForDoors {
  const { pages, negotiate, clock } = deps
  return {
    error({ asked, ...view }, request, response) {
      const acceptLanguage = request.headers['accept-language'] ?? null
      const locale = negotiate({ uiLocales: asked?.uiLocales ?? null, acceptLanguage })
      const application = asked === undefined ? null : plainName(asked.application.name)
      const isOurs = OURS.includes(view.says)
      const again = isOurs ? againAt(request.method, request.path) : null
      const who = { application, username: null, purpose: asked?.purpose ?? 'sign-in' }
      return pages.error(frame(locale, who, response), { ...view, again })
    },
    done({ url, stepUp }, _request, response) {
      const { locale, request, username } = stepUp
      const who = {
        application: plainName(request.application.name),
        username: plainName(username),
        purpose: request.purpose,
      }
      const isProven = stepUp.state === 'satisfied' && stepUp.how === 'factor'
      return pages.done(frame(locale, who, response), { url, how: isProven ? 'proven' : 'passed' })
    },
  }

  function frame(
    locale: Locale,
    who: Pick<Frame, 'application' | 'username' | 'purpose'>,
    response: Response,
  ): Frame {
    const requestId = requestIdOf(response)
    return { locale, ...who, language: null, cancel: null, requestId, now: clock.now() }
  }
}
