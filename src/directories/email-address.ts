import { domainToASCII } from 'node:url'

const LENGTH_MAX = 254
const LOCAL_MAX = 64
/** RFC 5322 §3.2.3 dot-atom. It begins with what no spreadsheet or mail program takes for a command. */
const LOCAL = /^[A-Za-z0-9_][\w!#$%&'*+/=?^`{|}~-]*(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/
const WRITTEN_DOMAIN = /^[\p{L}\p{M}\p{N}.-]+$/u
/** Nothing of it is written in any other way in ASCII, and no part of it claims to be Punycode. */
const ASCII = /^(?!.*xn--)[\x20-\x7e]*$/
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/

/**
 * One address, all ASCII: the domain in Punycode and lower case, the part before it as it is written. Undefined for
 * anything else; quoted parts, comments and address literals are valid mail and never a person's.
 */
export function parseEmailAddress(text: string): string | undefined {
  const trimmed = text.replace(/^ +| +$/g, '')
  if (trimmed.length > LENGTH_MAX) return undefined
  const at = trimmed.lastIndexOf('@')
  const [local, written] = [trimmed.slice(0, Math.max(at, 0)), trimmed.slice(at + 1)]
  if (local.length > LOCAL_MAX || !LOCAL.test(local) || !WRITTEN_DOMAIN.test(written))
    return undefined
  const lower = written.toLowerCase()
  const domain = ASCII.test(lower) ? lower : domainToASCII(written)
  const address = `${local}@${domain}`
  return DOMAIN.test(domain) && address.length <= LENGTH_MAX ? address : undefined
}
