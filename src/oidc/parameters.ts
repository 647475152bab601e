import { fail, ok, type Result } from '../kernel/index.ts'

const FIELDS_MAX = 100
const VALUE_MAX = 20_000
const NAME_MAX = 100

/** Each name at most once; what was sent empty counts as not sent (RFC 6749 section 3.1). */
export type Parameters = { get(name: string): string | undefined }

/**
 * What stands in a query or in a form body. Sending a name twice is refused, whatever the values: two readers of one
 * request must never see two different requests.
 */
export function parseParameters(text: string): Result<Parameters, 'malformed'> {
  const found = new Map<string, string>()
  const names = new Set<string>()
  if (text.split('&', FIELDS_MAX + 2).length > FIELDS_MAX) return fail('malformed')
  for (const [name, value] of new URLSearchParams(text)) {
    if (names.has(name) || name.length > NAME_MAX || value.length > VALUE_MAX)
      return fail('malformed')
    if (isBroken(name) || isBroken(value)) return fail('malformed')
    names.add(name)
    if (value !== '') found.set(name, value)
  }
  return ok(found)
}

/** The query of a URL as it came in. */
export function queryOf(url: string): string {
  const mark = url.indexOf('?')
  return mark === -1 ? '' : url.slice(mark + 1)
}

/** NUL, or bytes that were no UTF-8. */
function isBroken(text: string): boolean {
  return text.includes('\0') || text.includes('\ufffd')
}
