import type { Response } from 'express'
import type { Html } from './html.ts'

/** 303, never 307: what was posted here is nobody else's to read (RFC 9700 section 4.12). */
export function seeOther(response: Response, url: string): void {
  response.status(303).set('Location', url).end()
}

export function sendHtml(response: Response, status: number, page: Html): void {
  sendText(response, status, 'text/html; charset=utf-8', page.toString())
}

/**
 * What is whole at once. Who may keep it is said by headers that were set before. express's own `send` works out each time
 * what kind of thing it is given, how it is encoded and whether the browser has it still. To HEAD Node answers without the body.
 */
export function sendText(response: Response, status: number, type: string, body: string): void {
  response.statusCode = status
  response.setHeader('Content-Type', type)
  response.setHeader('Content-Length', Buffer.byteLength(body))
  response.end(body)
}
