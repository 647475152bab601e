import type { LdapServer } from '../../settings.ts'
import { type Blame, type Told, Trouble } from '../trouble.ts'

type Asked = {
  readonly name: string
  readonly base: string
  /** Whom we are signed in as. */
  readonly account: string
}

/** Why a question has no answer. No text of the server's own, which may hold the name that was asked for. */
export function blamedOnResult(code: number, server: LdapServer, asked: Asked): Trouble {
  const blame: Blame = code === 51 || code === 52 ? 'server' : 'answer'
  const { says, key, wanted } = RESULT[code]?.(asked) ?? UNKNOWN
  const told = { says: `${says} (LDAP result ${code})`, key, wanted }
  return new Trouble(blame, { name: asked.name, server }, told)
}

const UNKNOWN: Told = {
  ...{ says: 'did not answer the question', key: null },
  wanted: 'see what its own log says of it',
}
const WRONG_QUESTION = (): Told => ({
  ...{ says: 'does not take the question', key: 'filter' },
  wanted: 'is it right, and are {match} and {attributes} names of attributes that it knows?',
})
const NOT_INDEXED = (says: string) => (): Told => ({
  ...{ says, key: 'match' },
  wanted: 'are these attributes indexed there?',
})
const PLAIN = (says: string, wanted: string) => (): Told => ({ says, key: null, wanted })

const RESULT: Readonly<Record<number, (asked: Asked) => Told>> = {
  1: PLAIN('does not answer whom it does not know', 'see to {bind}: it takes us for nobody'),
  2: WRONG_QUESTION,
  3: NOT_INDEXED('took longer than it lets itself'),
  4: ({ account }) => ({
    ...{ says: 'found more than it tells at a time', key: null },
    wanted: `raise its size limit for ${account}`,
  }),
  10: ({ base }) => ({
    ...{
      says: `says that "${base}" is kept by another server, where nobody goes`,
      key: 'baseDn',
    },
    wanted: 'the DN below which people are, as this server has it',
  }),
  11: NOT_INDEXED('would have to look through more than it lets itself'),
  12: () => ({
    ...{ says: 'does not know pages, or another thing that was asked for', key: 'pageSize' },
    wanted: 'see what its own log says of it',
  }),
  16: WRONG_QUESTION,
  17: WRONG_QUESTION,
  18: WRONG_QUESTION,
  21: WRONG_QUESTION,
  32: ({ base, account }) => ({
    ...{ says: `has nothing at "${base}", or nothing that ${account} may see` },
    ...{ key: 'baseDn', wanted: 'the DN below which people are' },
  }),
  34: ({ base }) => ({
    ...{ says: `cannot read "${base}"`, key: 'baseDn' },
    wanted: 'a DN, such as ou=people,dc=example,dc=com',
  }),
  50: ({ base, account }) => ({
    ...{ says: `does not let ${account} read at "${base}"`, key: 'bind' },
    wanted: 'an account that may read people there, or give this one that right',
  }),
  51: PLAIN('is busy', 'try again'),
  52: PLAIN('is not available', 'try again; it may be starting'),
  53: PLAIN('is unwilling to answer', 'see what its own log says of it'),
}
