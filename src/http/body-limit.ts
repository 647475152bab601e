import type { RequestHandler } from 'express'

/**
 * A body that says itself that it is too large is refused before it is read. The reader would answer only after the last
 * byte, so that whoever never sends it would be waited for.
 */
export function refuseLarger(bytesMax: number, read: RequestHandler): RequestHandler {
  return (request, response, next) => {
    const isLarger = Number(request.headers['content-length'] ?? 0) > bytesMax
    return isLarger ? next(new TooLarge()) : read(request, response, next)
  }
}

/** As the parser of bodies would say it. */
class TooLarge extends Error {
  override readonly name = 'TooLarge'
  readonly status = 413

  constructor() {
    super('the body is larger than it may be')
  }
}
