import type { LdapBind } from '../settings.ts'

/** Whom we sign in as, for a sentence to an operator. */
export const accountOf = (bind: LdapBind): string =>
  bind.how === 'simple' ? `"${bind.dn}"` : 'the account of our client certificate'
