import { fail, LOCALES, type Locale, ok, parseLocale, type Result } from '../kernel/index.ts'
import { parseEmailAddress } from './email-address.ts'
import { nameKeyOf } from './name-key.ts'
import { parsePhone } from './phone.ts'

/** As an operator writes them. `undefined`: not said; for a change that means as before. */
export type WrittenFields = {
  readonly username?: string | undefined
  readonly displayName?: string | null | undefined
  readonly emails?: readonly string[] | undefined
  readonly phones?: readonly string[] | undefined
  readonly locale?: string | null | undefined
}

export type PersonFields = {
  readonly username?: { readonly text: string; readonly key: string }
  readonly displayName?: string | null
  readonly emails?: readonly string[]
  readonly phones?: readonly string[]
  readonly locale?: Locale | null
}

const USERNAME_MAX = 128
const DISPLAY_NAME_MAX = 200
const CONTACTS_MAX = 10

/** A spreadsheet takes a cell that begins so for a formula. */
const FORMULA = /^[=+\-@]/
/** As in name keys, but for the two joiners, which Persian and Indic names need. */
const UNSEEN = /(?![\u200c\u200d])[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u

/** Nothing of it is invisible, or turns around what stands beside it. */
export const isSeen = (text: string): boolean => !UNSEEN.test(text)

/** Everything that is wrong, in words that begin with the field. A value is never repeated: it may be anything. */
export function parseFields(
  written: WrittenFields,
  defaultCountry: string | null,
): Result<PersonFields, readonly string[]> {
  const problems: string[] = []
  const take = <T>(read: Result<T, string>): T | undefined => {
    if (read.ok) return read.value
    problems.push(read.error)
    return undefined
  }
  const username =
    written.username === undefined ? undefined : take(parseUsername(written.username))
  const displayName = optional(written.displayName, (text) => take(parseDisplayName(text)))
  const emails = written.emails && take(parseEmails(written.emails))
  const phones = written.phones && take(parsePhones(written.phones, defaultCountry))
  const locale = optional(written.locale, (text) => take(parseLanguage(text)))
  if (problems.length > 0) return fail(problems)
  return ok({
    ...(username !== undefined && { username }),
    ...(displayName !== undefined && { displayName }),
    ...(emails !== undefined && { emails }),
    ...(phones !== undefined && { phones }),
    ...(locale !== undefined && { locale }),
  })
}

function optional<T>(
  text: string | null | undefined,
  parse: (text: string) => T,
): T | null | undefined {
  if (text === undefined) return undefined
  return text === null || text === '' ? null : parse(text)
}

function parseUsername(
  text: string,
): Result<{ readonly text: string; readonly key: string }, string> {
  const name = text.trim().normalize('NFC')
  const key = name.length > USERNAME_MAX ? undefined : nameKeyOf(text)
  if (key === undefined)
    return fail(`username must be 1 to ${USERNAME_MAX} characters that can be seen`)
  if (FORMULA.test(name) || FORMULA.test(key))
    return fail('username must not begin with = + - or @')
  return ok({ text: name, key })
}

function parseDisplayName(text: string): Result<string, string> {
  const name = text.trim().normalize('NFC')
  if (name === '' || name.length > DISPLAY_NAME_MAX || !isSeen(text))
    return fail(`display name must be at most ${DISPLAY_NAME_MAX} characters that can be seen`)
  if (FORMULA.test(name)) return fail('display name must not begin with = + - or @')
  return ok(name)
}

function parseEmails(written: readonly string[]): Result<readonly string[], string> {
  if (written.length > CONTACTS_MAX) return fail(`email: at most ${CONTACTS_MAX} addresses`)
  const emails = written.map(parseEmailAddress).filter((email) => email !== undefined)
  if (emails.length < written.length)
    return fail('email must be a plain address such as alice@example.com')
  return ok([...new Set(emails)])
}

function parsePhones(
  written: readonly string[],
  defaultCountry: string | null,
): Result<readonly string[], string> {
  if (written.length > CONTACTS_MAX) return fail(`phone: at most ${CONTACTS_MAX} numbers`)
  const phones = written.map((text) => parsePhone(text, defaultCountry))
  if (phones.includes('unparseable'))
    return fail(
      defaultCountry === null
        ? 'phone must be a valid number with its country, such as +1 202 555 0123'
        : `phone must be a valid number, with a + or of ${defaultCountry}`,
    )
  return ok([...new Set(phones)])
}

function parseLanguage(text: string): Result<Locale, string> {
  const locale = parseLocale(text)
  return locale === undefined ? fail(`locale must be one of ${LOCALES.join(', ')}`) : ok(locale)
}
