import type { Request, Response, Router } from 'express'
import { type Browsers, type Proofs, seeOther, sendHtml } from '../http/index.ts'
import type { Clock, Id, KeyRing } from '../kernel/index.ts'
import { answerTo } from './answer.ts'
import { errorUrl } from './authorization-response.ts'
import { idOf } from './begin.ts'
import type { OidcPages } from './deps.ts'
import { onlyMethods } from './json.ts'
import type { Paths } from './paths.ts'
import type { RequestStore } from './request-store.ts'
import { isOnlyALook, type SendPage } from './send-page.ts'

export type ResumeDoor = {
  readonly issuer: string
  readonly store: RequestStore
  readonly browsers: Browsers
  readonly pages: OidcPages
  readonly sendPage: SendPage
  readonly paths: Paths
  readonly proofs: Proofs
  readonly keys: KeyRing
  readonly clock: Clock
}

/**
 * GET /step-up/:id/resume. The last answer comes here from a form post, and Chromium holds `form-action` against every
 * redirect that follows one: so success is a page of ours that goes on by itself. The button of an end page is a link,
 * so its answer may redirect at once.
 */
export function resume(router: Router, door: ResumeDoor): void {
  const { issuer, store, browsers, pages, sendPage, paths } = door
  const route = router.route('/step-up/:id/resume')

  route.get(async (request, response) => {
    if (isOnlyALook(request)) return void response.status(204).end()
    const id = idOf(request, 'resume', door.proofs)
    if (id === undefined) return sendPage(request, response, { refusal: 'link-forged' })
    const given = await answerTo(id, browsers.read(request) ?? '', door)
    switch (given.answer) {
      case 'code': {
        browsers.renew(request, response)
        const page = pages.done({ url: given.url, stepUp: given.stepUp }, request, response)
        return sendHtml(response, 200, page)
      }
      case 'error':
        return seeOther(response, given.url)
      case 'open':
        return seeOther(response, paths.stepUp(id))
      case 'spent':
        return sendPage(request, response, { refusal: 'finished-elsewhere' })
      case 'other-browser':
        return sendPage(request, response, { refusal: 'other-browser' })
      case 'unknown':
        return neverOpened(request, response, id)
    }
  })
  route.all(onlyMethods('GET'))

  /** The page that said a directory was down leads here: the client hears of a fault, and may ask again. */
  async function neverOpened(request: Request, response: Response, id: Id<'stepUp'>) {
    const found = await store.find(id)
    if (found === undefined || found.stepUp !== undefined)
      return sendPage(request, response, { refusal: 'step-up-unknown' })
    seeOther(response, errorUrl(issuer, found.request, { refusal: 'fault' }))
  }
}
