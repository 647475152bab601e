import type { LdapServer, LdapSettings } from '../../settings.ts'
import { type Blame, type Told, Trouble } from '../trouble.ts'

type Settings = Pick<LdapSettings, 'name' | 'bind'>
type Result = { readonly code: number; readonly diagnostic: string }

/** Why we are not who we say, by the result of a bind. No text of the server's own. */
export function blamedOnBind(result: Result, server: LdapServer, settings: Settings): Trouble {
  const { code } = result
  const data = dataIn(result.diagnostic)
  const { bind } = settings
  const { says, key, wanted } =
    WHOEVER[code] ??
    (bind.how === 'external' ? EXTERNAL : (REFUSED[data] ?? BIND[code] ?? OTHER)(whoOf(bind)))
  const blame: Blame = code === 51 || code === 52 ? 'server' : 'bind'
  const numbers = data === '' ? `LDAP result ${code}` : `LDAP result ${code}, data ${data}`
  const told = { says: `${says} (${numbers})`, key, wanted }
  return new Trouble(blame, { name: settings.name, server }, told)
}

/** Active Directory says more, in hexadecimal. */
const dataIn = (diagnostic: string): string =>
  /\bdata ([0-9a-f]{2,4})\b/i.exec(diagnostic)?.[1]?.toLowerCase() ?? ''

type Who = { readonly dn: string; readonly passwordKey: string; readonly at: string }

const whoOf = ({ dn, passwordFrom }: Extract<LdapSettings['bind'], { how: 'simple' }>): Who => ({
  dn: `"${dn}"`,
  passwordKey: `bind.${passwordFrom.key}`,
  at:
    passwordFrom.key === 'passwordFile'
      ? `${passwordFrom.at}, which is read at each connection`
      : `the variable ${passwordFrom.at}, which is read at the start`,
})

const EXTERNAL: Told = {
  says: 'does not take our client certificate for anybody who may sign in',
  key: 'tls.certFile',
  wanted: 'a certificate that it knows an account for, or {bind.mode}: simple with a password',
}

const UNKNOWN_ACCOUNT = ({ dn }: Who): Told => ({
  says: `does not know the account ${dn}`,
  key: 'bind.dn',
  wanted: 'the account to sign in as',
})
const WRONG_PASSWORD = ({ dn, passwordKey, at }: Who): Told => ({
  says: `refuses the password of ${dn}, or knows no such account`,
  key: passwordKey,
  wanted: `the password of that account has to be in ${at}. If it is right there, is {bind.dn} the right account?`,
})
const NOT_WITHOUT_TLS: Told = {
  says: 'lets nobody sign in without TLS',
  key: 'servers',
  wanted: 'ldaps://; or {startTls}: true, and not {tls.mode}: dangerously_off',
}
const busy = (says: string): Told => ({ says, key: null, wanted: 'try again: it may be starting' })

/** Whoever it was that signed in. */
const WHOEVER: Readonly<Record<number, Told>> = {
  7: {
    ...{ says: 'does not know this way to sign in', key: 'bind.mode' },
    wanted: 'the other one of simple and external',
  },
  8: NOT_WITHOUT_TLS,
  13: NOT_WITHOUT_TLS,
  51: busy('is busy'),
  52: busy('is not available'),
}

/** Nothing is wrong here: it is the account. */
const ofAccount =
  (says: (dn: string) => string, wanted: string) =>
  (who: Who): Told => ({
    ...{ says: says(who.dn), key: null, wanted },
  })

const OTHER = ({ dn }: Who): Told => ({
  says: `does not let ${dn} sign in`,
  key: 'bind',
  wanted: 'is it the right account, and may it sign in this way?',
})

const BIND: Readonly<Record<number, (who: Who) => Told>> = {
  32: UNKNOWN_ACCOUNT,
  34: ({ dn }) => ({
    ...{ says: `cannot read who signs in: ${dn}`, key: 'bind.dn' },
    wanted: 'a DN, such as cn=sallyport,ou=services,dc=example,dc=com',
  }),
  48: ({ dn }) => ({
    ...{ says: `does not let ${dn} sign in with a password`, key: 'bind.dn' },
    wanted: 'an account that may, or {bind.mode}: external',
  }),
  49: WRONG_PASSWORD,
  53: ofAccount(
    (dn) => `is unwilling to let ${dn} sign in`,
    'is that account locked, disabled or without a password there?',
  ),
}

const REFUSED: Readonly<Record<string, (who: Who) => Told>> = {
  525: UNKNOWN_ACCOUNT,
  '52e': WRONG_PASSWORD,
  530: ofAccount(
    (dn) => `lets ${dn} not sign in at this hour`,
    'clear the logon hours of that account',
  ),
  531: ofAccount(
    (dn) => `lets ${dn} not sign in from here`,
    'clear the workstations that account is held to',
  ),
  532: ({ dn, passwordKey, at }) => ({
    ...{ says: `says that the password of ${dn} has expired`, key: passwordKey },
    wanted: `a new one: set it in the directory, then put it into ${at}`,
  }),
  533: ofAccount((dn) => `says that ${dn} is disabled`, 'enable that account there'),
  701: ofAccount(
    (dn) => `says that ${dn} has expired`,
    'clear the expiry date of that account there',
  ),
  773: ofAccount(
    (dn) => `wants the password of ${dn} changed before it is used`,
    'clear "User must change password at next logon" of that account there',
  ),
  775: ofAccount(
    (dn) => `says that ${dn} is locked`,
    'unlock that account there, and find out who shows it wrong passwords: an old one may still stand somewhere',
  ),
}
