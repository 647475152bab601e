const LENGTH_MAX = 40

/** What would break a line, turn the text around or hide a part of it; the two joiners are what some scripts and emoji need. */
const ODD = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u

/** What is seen. Ignorable are letters too, such as the filler of Hangul; the empty pattern of Braille is a symbol. */
const SHOWN = /[[\p{L}\p{N}\p{P}\p{S}]--[\p{Default_Ignorable_Code_Point}\u2800]]/v

/** What a person calls an OTP app: 1 to 40 characters, NFC. Null where nothing is written; undefined where it is no name. */
export function nameGiven(given: unknown): string | null | undefined {
  if (given === undefined) return null
  if (typeof given !== 'string') return undefined
  const name = given.normalize('NFC').trim()
  if (name === '') return null
  const isName = [...name].length <= LENGTH_MAX && !ODD.test(name) && SHOWN.test(name)
  return isName ? name : undefined
}
