import type { RequestHandler, Response } from 'express'
import type { Random } from '../kernel/index.ts'

const ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Short enough to be read out on the telephone: `7F3K-92QD`. Ours alone; what a caller sends as such is not taken. */
export function createRequestIds(random: Random): RequestHandler {
  return (_request, response, next) => {
    const letters = Array.from(random.bytes(8), (byte) => ALPHABET[byte % ALPHABET.length])
    const id = `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`
    response.locals['requestId'] = id
    response.setHeader('X-Request-Id', id)
    next()
  }
}

export function requestIdOf(response: Response): string {
  const id: unknown = response.locals['requestId']
  return typeof id === 'string' ? id : ''
}
