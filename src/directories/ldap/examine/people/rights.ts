import type { LdapSettings } from '../../settings.ts'

type Settings = Pick<LdapSettings, 'dialect' | 'baseDn' | 'domain' | 'bind'>

/** How our account comes to read attributes of people, for whoever runs the directory. */
export type Right = {
  /** `…; whoever runs the directory can allow it with this command:` */
  readonly says: string
  /** To be taken as it stands. Null where we don't know how it is written there. */
  readonly line: string | null
}

const SAYS = 'whoever runs the directory can allow it'

/** @param vendor as the server names itself. */
export function rightTo(
  names: readonly string[],
  settings: Settings,
  vendor: string | null,
): Right {
  const { dialect, baseDn, bind } = settings
  const who = bind.how === 'simple' ? bind.dn : 'DN-OF-THE-ACCOUNT'
  if (dialect === 'activeDirectory') {
    const given = names.map((name) => `"${trusteeIn(settings)}:RP;${name};user"`).join(' ')
    return { says: `${SAYS} with this command:`, line: `dsacls "${baseDn}" /I:S /G ${given}` }
  }
  if (vendor?.includes('OpenLDAP'))
    return {
      says: `${SAYS} with this rule, in front of those that deny it:`,
      line: `olcAccess: to dn.subtree="${baseDn}" attrs=${names.join(',')} by dn.exact="${who}" read by * break`,
    }
  if (vendor?.includes('389'))
    return {
      says: `${SAYS} with this value at "${baseDn}":`,
      line: `aci: (targetattr="${names.join(' || ')}")(version 3.0; acl "Sallyport"; allow (read,search,compare) userdn="ldap:///${who}";)`,
    }
  return { says: SAYS, line: null }
}

/** As `dsacls` takes it, which takes no DN. */
function trusteeIn({ domain, bind }: Settings): string {
  const isDn = bind.how !== 'simple' || bind.dn.includes('=')
  return isDn ? `${domain ?? 'DOMAIN'}\\ACCOUNT` : bind.dn
}
