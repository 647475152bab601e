import type { Request, RequestHandler, Response } from 'express'

/** What is done with every request, without a wait and whatever it asks for. */
export type OnRequest = (request: Request, response: Response) => void

/** All of them as one handler: for each that it calls a router costs as much as some of them do. */
export function onEveryRequest(all: readonly OnRequest[]): RequestHandler {
  return (request, response, next) => {
    for (const act of all) act(request, response)
    next()
  }
}
