import type { Random } from '../../kernel/index.ts'

/** Crockford's base 32: no I, L, O or U, so that nobody mistakes one for another. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 60 bits. */
const CODE_SYMBOLS = 12
const GROUP = /.{4}(?=.)/g

/** Without separators. A byte has 8 times as many values as there are symbols, so all are as likely. */
export const newCode = (random: Random): string =>
  Array.from(random.bytes(CODE_SYMBOLS), (byte) => ALPHABET.charAt(byte % 32)).join('')

/** In groups, for whoever reads it out. */
export const spelled = (code: string): string => code.replace(GROUP, '$&-')

const CODE = new RegExp(`^[${ALPHABET}]{${CODE_SYMBOLS}}$`)
/** Spaces and dashes of any alphabet, dots and underscores: whatever somebody separates groups with. */
const SEPARATORS = /[\p{White_Space}\p{Dash}._]/gu
const GIVEN_MAX = 64

/** What a person typed, as it was made: in any case, however it is separated, and with the letters that are no symbols as the digits they look like. */
export function parseCode(given: unknown): string | undefined {
  if (typeof given !== 'string' || given.length > GIVEN_MAX) return undefined
  // Full-width letters are what a Chinese keyboard may write.
  const plain = given.normalize('NFKC').replace(SEPARATORS, '').toUpperCase()
  const code = plain.replace(/O/g, '0').replace(/[IL]/g, '1')
  return CODE.test(code) ? code : undefined
}
