import { FilterParser, BerWriter as LdaptsWriter } from 'ldapts'
import { invariant } from '../../../kernel/index.ts'
import type { Filter, Search } from '../wire.ts'
import { TAG } from './ber.ts'
import { BerWriter } from './ber-writer.ts'

/** A search as it is sent (RFC 4511 4.5.1). */
export type Question = {
  readonly id: number
  readonly asked: Search
  readonly limitSeconds: number
  /** Of the page before. */
  readonly cookie: Uint8Array | undefined
}

/** Somebody wrote what is no filter. */
export class UnreadableFilter extends Error {}

/** RFC 2696. */
export const PAGED_RESULTS = '1.2.840.113556.1.4.319'

const [SEARCH, CONTROLS] = [0x63, 0xa0]
const SCOPE = { base: 0, one: 1, sub: 2 } as const
const NEVER_DEREFERENCE = 0
const NO = Uint8Array.of(TAG.boolean, 1, 0)
const NOTHING = new Uint8Array()
const FILTER = {
  ...{ and: 0xa0, or: 0xa1, not: 0xa2, equal: 0xa3, starts: 0xa4, present: 0x87, matches: 0xa9 },
  ...{ initial: 0x80, rule: 0x81, type: 0x82, value: 0x83 },
} as const

export type WriteQuestion = (question: Question) => Buffer

/** For one wire. Throws UnreadableFilter. What stands last is written first. */
export function createWriteQuestion(): WriteQuestion {
  const written = new Map<string, Uint8Array>()
  const lists = new WeakMap<readonly string[], Uint8Array>()

  return ({ id, asked, limitSeconds, cookie }) => {
    const { base, scope, filter, attributes, entriesMax, pageSize } = asked
    const to = new BerWriter()
    if (pageSize !== undefined) writePage(to, pageSize, cookie ?? NOTHING)
    const behind = to.length
    to.raw(listOf(attributes))
    writeFilter(to, filter)
    to.raw(NO)
    to.integer(limitSeconds)
    // One more, by which it is known that there are more.
    to.integer(pageSize === undefined ? entriesMax + 1 : 0)
    to.integer(NEVER_DEREFERENCE, TAG.enumerated)
    to.integer(SCOPE[scope], TAG.enumerated)
    to.text(base)
    to.around(SEARCH, behind)
    to.integer(id)
    to.around(TAG.sequence, 0)
    return to.whole()
  }

  /** Who asks for people asks for the same of each. */
  function listOf(attributes: readonly string[]): Uint8Array {
    const known = lists.get(attributes)
    if (known !== undefined) return known
    const to = new BerWriter()
    for (const attribute of attributes.toReversed()) to.text(attribute)
    to.around(TAG.sequence, 0)
    const list = to.whole()
    lists.set(attributes, list)
    return list
  }

  /** In parts that carry their length, so that no value can be read as anything else. */
  function writeFilter(to: BerWriter, filter: Filter): void {
    if (filter.is === 'written') to.raw(read(filter.text))
    else if (filter.is === 'present') to.text(filter.attribute, FILTER.present)
    else {
      const behind = to.length
      writeParts(to, filter)
      to.around(FILTER[filter.is], behind)
    }
  }

  function writeParts(to: BerWriter, filter: Exclude<Filter, { is: 'written' | 'present' }>): void {
    switch (filter.is) {
      case 'equal':
        if (typeof filter.value === 'string') to.text(filter.value)
        else to.octets(filter.value)
        to.text(filter.attribute)
        break
      case 'starts': {
        // Without a beginning it would hold for everybody.
        invariant(filter.value !== '', 'a beginning is not empty')
        const behind = to.length
        to.text(filter.value, FILTER.initial)
        to.around(TAG.sequence, behind)
        to.text(filter.attribute)
        break
      }
      case 'matches':
        to.text(filter.value, FILTER.value)
        to.text(filter.attribute, FILTER.type)
        to.text(filter.rule, FILTER.rule)
        break
      case 'and':
      case 'or':
        for (const one of filter.all.toReversed()) writeFilter(to, one)
        break
      case 'not':
        writeFilter(to, filter.one)
    }
  }

  /** It is the configuration's, so there is hardly another one. */
  function read(text: string): Uint8Array {
    const known = written.get(text)
    if (known !== undefined) return known
    const bytes = parsed(text)
    written.set(text, bytes)
    return bytes
  }
}

function writePage(to: BerWriter, size: number, cookie: Uint8Array): void {
  to.octets(cookie)
  to.integer(size)
  to.around(TAG.sequence, 0)
  to.around(TAG.octets, 0)
  // Not critical: whoever knows no pages says all at once.
  to.raw(NO)
  to.text(PAGED_RESULTS)
  to.around(TAG.sequence, 0)
  to.around(CONTROLS, 0)
}

function parsed(text: string): Uint8Array {
  const writer = new LdaptsWriter()
  try {
    FilterParser.parseString(text).write(writer)
  } catch (cause) {
    throw new UnreadableFilter('not RFC 4515', { cause })
  }
  return writer.buffer
}
