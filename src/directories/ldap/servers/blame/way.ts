import type { LdapServer, LdapSettings } from '../../settings.ts'
import { placeOf } from '../place.ts'
import { type Told, Trouble } from '../trouble.ts'
import { codeOf } from './code-of.ts'

type Settings = Pick<LdapSettings, 'name' | 'connectSeconds'>

/** Why there is no connection. */
export function blamedOnWay(error: unknown, server: LdapServer, settings: Settings): Trouble {
  if (error instanceof Trouble && error.blame === 'ours') return error
  const told = WAY[codeOf(error)] ?? (() => UNKNOWN(codeOf(error)))
  const { host } = server
  const { connectSeconds } = settings
  const where = { name: settings.name, server }
  return new Trouble(
    'server',
    where,
    told({ host, at: triedOf(error, server), connectSeconds }),
    error,
  )
}

type Tried = { readonly host: string; readonly at: string; readonly connectSeconds: number }

const NO_WAY = ({ at }: Tried): Told => ({
  says: `cannot be reached: no way leads to ${at}`,
  key: 'servers',
  wanted: 'is it the right host? Else see to the network between here and there',
})

const WAY: Readonly<Record<string, (tried: Tried) => Told>> = {
  ECONNREFUSED: ({ at }) => ({
    says: `refuses connections: nothing listens at ${at}`,
    key: 'servers',
    wanted:
      'the host and the port where it listens: 636 for ldaps://, 389 for ldap://, unless it was told otherwise. If they are right, start it there, or have the firewall let us through',
  }),
  ENOTFOUND: ({ host }) => ({
    says: `has a name that is not known: ${host}`,
    key: 'servers',
    wanted: `its name as it is in DNS. If it is right, see to DNS: \`getent hosts ${host}\` says what this machine knows`,
  }),
  EAI_AGAIN: ({ host }) => ({
    says: `has a name that could not be looked up, since the name service does not answer: ${host}`,
    key: null,
    wanted: 'see to DNS on this machine: /etc/resolv.conf, and whether what stands there answers',
  }),
  EHOSTUNREACH: NO_WAY,
  ENETUNREACH: NO_WAY,
  ETIMEDOUT: ({ at }) => LATE(at, 'in time'),
  late: ({ at, connectSeconds }) => LATE(at, `within ${connectSeconds} s ({connectSeconds})`),
}

const LATE = (at: string, within: string): Told => ({
  says: `took no connection at ${at} ${within}`,
  key: 'servers',
  wanted:
    'the host and the port where it listens. If they are right, a firewall may be dropping what we send, or the machine is down',
})

const UNKNOWN = (code: string): Told => ({
  says: `could not be connected to (${code})`,
  key: 'servers',
  wanted: 'is it the right host and port?',
})

/** Where that name led to, which may be several places. */
function triedOf(error: unknown, { host, port }: LdapServer): string {
  const all = error instanceof AggregateError ? error.errors : [error]
  const places = all.flatMap((one) =>
    one instanceof Error && 'address' in one ? [placeOf(String(one.address), port)] : [],
  )
  return places.length === 0 ? placeOf(host, port) : [...new Set(places)].join(' and ')
}
