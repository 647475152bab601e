import { hash } from 'node:crypto'

/** SHA-256, base64url. What grants something is kept as this, so it has to be random, of 128 bits or more. */
export const hashOf = (text: string): string => hash('sha256', text, 'base64url')
