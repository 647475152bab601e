import { SearchResponse, StatusCodeParser } from 'ldapts'
import type { Entry, Search } from '../wire.ts'
import { Ber, NotBer, TAG } from './ber.ts'
import { entryOf, type Names } from './entry-of.ts'
import type { Framed } from './framed.ts'
import { createWriteQuestion, PAGED_RESULTS } from './question.ts'

/** Searches on a connection, beside the client that signs in on it and by ids that the client never comes to. */
export type Searches = {
  /**
   * Throws UnreadableFilter, the ResultCodeError of ldapts, or an Error where the connection is gone.
   *
   * @param cookie of the page before.
   */
  ask(asked: Search, limitSeconds: number, cookie?: Uint8Array): Promise<Page>
}

export type Page = {
  readonly entries: readonly Entry[]
  readonly references: number
  /** The server has more and did not say it: its limit may be below ours. */
  readonly isCut: boolean
  /** Undefined: it is the last one. */
  readonly cookie: Uint8Array | undefined
}

type UnderWay = {
  readonly asked: Search
  readonly binary: ReadonlySet<string>
  readonly entries: Entry[]
  references: number
  resolve(page: Page): void
  reject(error: Error): void
}

const [FIRST_ID, LAST_ID] = [2 ** 30, 2 ** 31 - 1]
const [ENTRY, DONE, REFERENCE, CONTROLS] = [0x64, 0x65, 0x73, 0xa0]
const [SUCCESS, SIZE_LIMIT_EXCEEDED] = [0, 4]
const NONE: ReadonlySet<string> = new Set()

/**
 * Each answer is read once, into what is wanted of it. ldapts would read every value twice, into an object of which an
 * attribute called `dn` replaces the name, and for ever where a length in it is too long.
 */
export function createSearches(framed: Framed): Searches {
  const all = new Map<number, UnderWay>()
  const write = createWriteQuestion()
  const names: Names = []
  let id = FIRST_ID

  framed.offerTo((bytes, from, to) => {
    try {
      return take(new Ber(bytes, from), to)
    } catch (error) {
      if (!(error instanceof NotBer)) throw error
      framed.endAs('not-ldap')
      return 'taken'
    }
  })
  framed.once('close', () => {
    for (const { reject } of all.values()) reject(new Error('the connection is gone'))
    all.clear()
  })

  return {
    ask(asked, limitSeconds, cookie) {
      const { binary } = asked
      const { promise, resolve, reject } = Promise.withResolvers<Page>()
      const names = binary.length === 0 ? NONE : new Set(binary.map((name) => name.toLowerCase()))
      id = id === LAST_ID ? FIRST_ID : id + 1
      const question = write({ id, asked, limitSeconds, cookie })
      all.set(id, { asked, binary: names, entries: [], references: 0, resolve, reject })
      framed.say(question)
      return promise
    },
  }

  function take(ber: Ber, to: number): 'taken' | 'left' {
    const limit = ber.enter(TAG.sequence, to)
    const of = ber.integer(limit)
    if (of < FIRST_ID) return 'left'
    const search = all.get(of)
    if (search === undefined) return 'taken'
    switch (ber.next(limit)) {
      case ENTRY:
        search.entries.push(entryOf(ber, ber.enter(ENTRY, limit), search.binary, names))
        return 'taken'
      case REFERENCE:
        search.references += count(ber, ber.enter(REFERENCE, limit))
        return 'taken'
      case DONE:
        end(search, ber, limit)
        all.delete(of)
        return 'taken'
      default:
        throw new NotBer()
    }
  }
}

function end(search: UnderWay, ber: Ber, limit: number): void {
  const { asked, entries, references } = search
  const ofResult = ber.enter(DONE, limit)
  const status = ber.integer(ofResult, TAG.enumerated)
  ber.at = ofResult
  const cookie = cookieIn(ber, limit)
  const isCut = status === SIZE_LIMIT_EXCEEDED && asked.pageSize === undefined
  if (status === SUCCESS || isCut) search.resolve({ entries, references, cookie, isCut })
  else search.reject(StatusCodeParser.parse(new SearchResponse({ messageId: 0, status })))
}

/** Of URIs. */
function count(ber: Ber, limit: number): number {
  let uris = 0
  for (; ber.at < limit; uris++) ber.at = ber.enter(TAG.octets, limit)
  return uris
}

/** RFC 2696: an empty one says that there is no more. */
function cookieIn(ber: Ber, limit: number): Uint8Array | undefined {
  if (ber.next(limit) !== CONTROLS) return undefined
  const ofAll = ber.enter(CONTROLS, limit)
  while (ber.at < ofAll) {
    const ofOne = ber.enter(TAG.sequence, ofAll)
    if (ber.text(ofOne) === PAGED_RESULTS) return readCookie(ber, ofOne)
    ber.at = ofOne
  }
  return undefined
}

function readCookie(ber: Ber, limit: number): Uint8Array | undefined {
  if (ber.next(limit) === TAG.boolean) ber.at = ber.enter(TAG.boolean, limit)
  const ofValue = ber.enter(TAG.octets, limit)
  const ofBoth = ber.enter(TAG.sequence, ofValue)
  ber.integer(ofBoth)
  const end = ber.enter(TAG.octets, ofBoth)
  return ber.at === end ? undefined : Buffer.from(ber.bytes.subarray(ber.at, end))
}
