import type { Response } from 'express'
import type { Random } from '../kernel/index.ts'
import type { OnRequest } from './on-request.ts'

const ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Short enough to be read out on the telephone: `7F3K-92QD`. Ours alone; what a caller sends as such is not taken. */
export function createRequestIds(random: Random): OnRequest {
  return (_request, response) => {
    let id = ''
    for (const byte of random.bytes(8)) {
      if (id.length === 4) id += '-'
      id += ALPHABET[byte % ALPHABET.length]
    }
    response.locals['requestId'] = id
    response.setHeader('X-Request-Id', id)
  }
}

export function requestIdOf(response: Response): string {
  const id: unknown = response.locals['requestId']
  return typeof id === 'string' ? id : ''
}
