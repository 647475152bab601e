import { createHash } from 'node:crypto'

/** SHA-256, base64url. For random values of 128 bits or more only: what grants something is kept as this. */
export const hashOf = (text: string): string =>
  createHash('sha256').update(text).digest('base64url')
