import type { Request, Response } from 'express'
import { cookieIn } from './browser.ts'

const DAYS_90_SECONDS = 90 * 24 * 3600

/** The cookie by which a browser that a person trusts is known again. What is in it is for who made it to read. */
export type Devices = {
  /** As it came; null without one, or with two. */
  read(request: Request): string | null
  write(response: Response, value: string): void
}

/** As the cookie of every browser is: see there. It says nothing by itself, and is read before anything is asked alone. */
export function createDevices(scheme: 'https' | 'http'): Devices {
  const isSecure = scheme === 'https'
  const name = isSecure ? '__Host-sallyport-device' : 'sallyport-device'
  const tail = `; Path=/; Max-Age=${DAYS_90_SECONDS}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`
  return {
    read: (request) => cookieIn(request, name, VALUE) ?? null,
    write: (response, value) => void response.append('Set-Cookie', `${name}=${value}${tail}`),
  }
}

const VALUE = /^[A-Za-z0-9_.-]{1,200}$/
