import { createHash, timingSafeEqual } from 'node:crypto'
import type { Secret } from '../../kernel/index.ts'

const HEADER = /^basic ([A-Za-z0-9+/]{1,1400}={0,2})$/i

/** RFC 6749 section 2.3.1: both halves are form-encoded before they are joined and encoded. */
export function parseBasic(
  header: string,
): { readonly id: string; readonly secret: string } | undefined {
  const encoded = HEADER.exec(header)?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 1) return undefined
  const id = formDecoded(text.slice(0, colon))
  const secret = formDecoded(text.slice(colon + 1))
  return id === undefined || secret === undefined ? undefined : { id, secret }
}

function formDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

/** Compares digests, so that neither length nor content shows in the time taken. An empty secret is never right. */
export function compareSecret(given: string, expected: Secret): 'same' | 'different' {
  const isSame = timingSafeEqual(digest(given), digest(expected.reveal()))
  return isSame && given !== '' ? 'same' : 'different'
}

const digest = (text: string) => createHash('sha256').update(text).digest()
