import type { Response } from 'express'

/** 303, never 307: what was posted here is nobody else's to read (RFC 9700 section 4.12). */
export function seeOther(response: Response, url: string): void {
  response.status(303).set('Location', url).end()
}
