import { type Client, ResultCodeError } from 'ldapts'
import type { LdapServer, LdapSettings } from '../settings.ts'
import type { Entry, Found, Search, Wire } from '../wire.ts'
import { accountOf } from './account.ts'
import { blamedOnResult } from './blame/result.ts'
import type { Framed } from './framed.ts'
import { UnreadableFilter } from './question.ts'
import { createSearches } from './searches.ts'
import type { Secured } from './secured.ts'
import { ANONYMOUS, sidOf } from './sid.ts'
import type { TlsFacts } from './tls-facts.ts'
import { type Blame, saying, type Told, Trouble } from './trouble.ts'

/** A wire, and what there is to tell of it. */
export type Bound = Wire & {
  readonly address: string
  readonly tls: TlsFacts | null
  /** Whom the server takes us for. Throws where it is nobody. */
  identify(): Promise<Identity>
}

export type Identity = {
  /** `dn:…` or `u:…`. */
  readonly who: string
  /** `unproven`: the server has no way to tell, so it is whom we said we are. */
  readonly by: 'who-am-i' | 'token-groups' | 'unproven'
}

const WHO_AM_I = '1.3.6.1.4.1.4203.1.11.3'
const [REFERRAL, NO_SUCH_OBJECT] = [10, 32]
const UNREADABLE: Told = {
  ...{ says: 'was asked nothing', key: 'filter', wanted: 'a filter (RFC 4515), which it is not' },
}

export function createBound(deps: {
  readonly client: Client
  readonly framed: Framed
  readonly server: LdapServer
  readonly settings: LdapSettings
  readonly secured: Secured
}): Bound {
  const { client, framed, server, settings, secured } = deps
  const { name, operationSeconds } = settings
  const searches = createSearches(framed)
  let underWay = 0

  const bound: Bound = {
    ...{ server: server.label, address: secured.address, tls: secured.tls },
    get isOpen() {
      return framed.loss === undefined
    },
    async search(asked) {
      try {
        return await during(() => search(asked))
      } catch (error) {
        if (!(error instanceof ResultCodeError)) throw error
        const { code } = error
        if (asked.isBaseOptional && (code === NO_SUCH_OBJECT || code === REFERRAL))
          return { entries: [], isMore: false, references: code === REFERRAL ? 1 : 0 }
        throw blamedOnResult(code, server, {
          name,
          base: asked.base,
          account: accountOf(settings.bind),
        })
      }
    },
    async whoAmI() {
      return (await bound.identify()).who
    },
    async identify() {
      const identity = await identify()
      if (/^(?:dn:|u:)?$/.test(identity.who)) throw trouble('bind', NOBODY)
      return identity
    },
    close: () => framed.endAs('ours'),
  }
  return bound

  async function search(asked: Search): Promise<Found> {
    const { entriesMax, pageSize } = asked
    const entries: Entry[] = []
    let [references, pages, isCut] = [0, 0, false]
    for (let cookie: Uint8Array | undefined; ; ) {
      const page = await searches.ask(asked, Math.ceil(operationSeconds), cookie)
      entries.push(...page.entries)
      references += page.references
      pages += 1
      isCut ||= page.isCut
      cookie = page.cookie
      if (pageSize === undefined || cookie === undefined || entries.length > entriesMax) break
    }
    return {
      entries: entries.slice(0, entriesMax),
      isMore: isCut || entries.length > entriesMax,
      references,
      ...(pageSize !== undefined && { pages }),
    }
  }

  async function identify(): Promise<Identity> {
    try {
      const { value } = await during(() => client.exop(WHO_AM_I))
      return { who: value ?? '', by: 'who-am-i' }
    } catch (error) {
      if (!(error instanceof ResultCodeError)) throw error
      return (await byTokenGroups()) ?? { who: whomWeSaid(), by: 'unproven' }
    }
  }

  /** Active Directory's own way, for Samba, which has no Who am I. Its first is who we are, unless we are nobody. */
  async function byTokenGroups(): Promise<Identity | undefined> {
    const { entries } = await bound.search({
      ...{ base: '', isBaseOptional: true, scope: 'base', entriesMax: 1 },
      ...{ filter: { is: 'present', attribute: 'objectClass' } },
      ...{ attributes: ['tokenGroups'], binary: ['tokenGroups'] },
    })
    const groups = (entries[0]?.values.get('tokengroups') ?? []).map(sidOf)
    const [first] = groups
    if (first === undefined) return undefined
    return { who: groups.includes(ANONYMOUS) ? '' : `u:${first}`, by: 'token-groups' }
  }

  function whomWeSaid(): string {
    return settings.bind.how === 'simple' ? `u:${settings.bind.dn}` : 'u:EXTERNAL'
  }

  /** Until the answer, or the end of the wire: what came in half is not asked for again on it. */
  async function during<T>(ask: () => Promise<T>): Promise<T> {
    if (!bound.isOpen) throw lost(undefined)
    if (underWay === 0) framed.restart()
    underWay += 1
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      framed.endAs('ours')
    }, operationSeconds * 1000)
    try {
      return await ask()
    } catch (error) {
      if (isLate) throw trouble('late', LATE(operationSeconds))
      if (error instanceof ResultCodeError) throw error
      if (error instanceof UnreadableFilter) throw trouble('answer', UNREADABLE, error)
      throw lost(error)
    } finally {
      clearTimeout(timer)
      underWay -= 1
    }
  }

  function lost(cause: unknown): Trouble {
    switch (framed.loss) {
      case 'oversized':
        return trouble('answer', saying('said more than anybody can have to say of a person'))
      case 'not-ldap':
        return trouble('server', saying('said what is no LDAP'))
      case 'ours':
        return trouble('ours', saying('was not waited for any longer'))
      case 'closed':
        return trouble('lost', saying('closed the connection'))
      case undefined:
        return trouble('answer', saying('said what cannot be understood'), cause)
    }
  }

  function trouble(blame: Blame, told: Told, cause?: unknown): Trouble {
    return new Trouble(blame, { name, server }, told, cause)
  }
}

const LATE = (seconds: number): Told => ({
  says: `said nothing within ${seconds} s ({operationSeconds})`,
  key: null,
  wanted:
    'see what keeps it busy, and whether what people are looked for by is indexed there: {match}',
})
const NOBODY: Told = {
  ...{ says: 'said that the sign-in succeeded, and took us for nobody', key: 'bind' },
  wanted: 'an account that it knows, and its password',
}
