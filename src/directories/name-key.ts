const LENGTH_MAX = 256

/** Control, format, private, unassigned and invisible characters: two names that differ in them look alike. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u
/** Between such a name and its key there is nothing but case, and none of the others can be in it. */
const ASCII = /^[\x20-\x7e]*$/
const WIDE = /[\u3000\uFF01-\uFFEE]+/gu

/**
 * The one spelling that all spellings of a name come down to: surrounding spaces, case, NFC or NFD, full or half
 * width. Undefined for what is no name: what can't be seen is refused, never dropped, and so is a character that
 * merely stands for others (a ligature, a circled letter), since dropping the difference would join two people.
 */
export function nameKeyOf(text: string): string | undefined {
  const plain = plainNameOf(text)
  if (plain === undefined) return undefined
  const key = ASCII.test(plain) ? plain.toLowerCase() : lowerCased(plain).normalize('NFC')
  return key === '' || key.length > LENGTH_MAX ? undefined : key
}

/** As its key, in the case that it was written in. */
export function plainNameOf(text: string): string | undefined {
  if (text.length > LENGTH_MAX) return undefined
  if (ASCII.test(text)) return text.trim()
  if (UNSEEN.test(text)) return undefined
  const narrow = text.replace(WIDE, (wide) => wide.normalize('NFKC')).normalize('NFC')
  if (narrow !== narrow.normalize('NFKC')) return undefined
  return narrow.trim()
}

/**
 * One character at a time, by no language's rules: a sigma is a sigma wherever it stands, while the Turkish `ı`
 * and `İ` stay apart from `i`, as upper-casing would not keep them.
 */
const lowerCased = (text: string): string =>
  Array.from(text, (character) => character.toLowerCase())
    .join('')
    .replaceAll('ς', 'σ')
