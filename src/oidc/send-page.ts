import type { Request, Response } from 'express'
import { sendHtml } from '../http/index.ts'
import type { OidcPages } from './deps.ts'
import { type PageRefusal, pageOf } from './requests/index.ts'

export type SendPage = (request: Request, response: Response, why: PageRefusal) => void

export function createSendPage(pages: OidcPages): SendPage {
  return (request, response, why) => {
    const { status, says } = pageOf(why)
    const page = pages.error({ status, says, resume: null }, request, response)
    sendHtml(response, status, page)
  }
}

/** A person did not come: HEAD, or a browser that reads ahead. It must bind, send and use up nothing. */
export function isOnlyALook(request: Request): boolean {
  const purposes = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].map((name) => request.get(name))
  return (
    request.method === 'HEAD' || purposes.some((purpose) => /prefetch|preview/i.test(purpose ?? ''))
  )
}
