import type { Request, Response } from 'express'
import { hashOf, type Random, randomToken } from '../kernel/index.ts'

const DAYS_90_SECONDS = 90 * 24 * 3600
const TOKEN_BYTES = 32
const TOKEN = /^[A-Za-z0-9_-]{43}$/

/** Names the one browser that may go on with a step-up. Stores see only its hash. */
export type Browsers = {
  /** SHA-256 of the cookie; undefined without one. */
  read(request: Request): string | undefined
  /** Makes the cookie if it is missing; never replaces one. */
  ensure(request: Request, response: Response): string
  /** The same value for another 90 days, after a success. */
  renew(request: Request, response: Response): void
}

/**
 * `SameSite=Lax`: `Strict` does not arrive at the hop after a redirect from another site. On loopback without TLS a
 * browser takes neither the prefix nor `Secure`.
 */
export function createBrowsers(deps: {
  readonly scheme: 'https' | 'http'
  readonly random: Random
}): Browsers {
  const isSecure = deps.scheme === 'https'
  const name = isSecure ? '__Host-sallyport' : 'sallyport'
  const tail = `; Path=/; Max-Age=${DAYS_90_SECONDS}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`

  return {
    read: (request) => hashed(tokenIn(request)),
    ensure(request, response) {
      const token = tokenIn(request) ?? randomToken(deps.random, TOKEN_BYTES)
      if (tokenIn(request) === undefined) response.append('Set-Cookie', `${name}=${token}${tail}`)
      return hashOf(token)
    },
    renew(request, response) {
      const token = tokenIn(request)
      if (token !== undefined) response.append('Set-Cookie', `${name}=${token}${tail}`)
    },
  }

  function tokenIn(request: Request): string | undefined {
    return cookieIn(request, name, TOKEN)
  }
}

/** Two cookies of the name are somebody's trick: neither counts. */
export function cookieIn(request: Request, name: string, form: RegExp): string | undefined {
  const all = (request.headers.cookie ?? '').split(';').flatMap((pair) => {
    const [key, value] = pair.trim().split('=', 2)
    return key === name && value !== undefined && form.test(value) ? [value] : []
  })
  return all.length === 1 ? all[0] : undefined
}

const hashed = (token: string | undefined) => (token === undefined ? undefined : hashOf(token))
