import { type Client, ResultCodeError } from 'ldapts'
import { Fault } from '../../../kernel/index.ts'
import type { LdapServer, LdapSettings } from '../settings.ts'
import { accountOf } from './account.ts'
import { blamedOnBind } from './blame/bind.ts'
import { type Bound, createBound } from './bound.ts'
import { Framed } from './framed.ts'
import { clientOn, openSecured } from './secured.ts'
import type { TlsFacts } from './tls-facts.ts'
import { saying, type Told, Trouble } from './trouble.ts'

/** How far it came, for whoever wonders why it comes no further. */
export type WireHeard = {
  readonly onConnected?: (address: string) => void
  /** Null: in clear. */
  readonly onSecured?: (tls: TlsFacts | null) => void
}

/**
 * One connection to one server: secured as the settings say, bound, and asked whom it is bound as. All of it within
 * `connectSeconds`. Throws a Trouble that says what to change in which key.
 *
 * @param password where it is not to be read again.
 */
export async function openWire(
  server: LdapServer,
  settings: LdapSettings,
  signal: AbortSignal,
  password: string | undefined = passwordOf(settings),
  { onConnected, onSecured }: WireHeard = {},
): Promise<Bound> {
  const { name, connectSeconds } = settings
  refuseEmpty(settings, password)
  const ending = new AbortController()
  const giveUp = () =>
    ending.abort(new Trouble('ours', { name, server }, saying('was given up'), signal.reason))
  const late = () => ending.abort(new Trouble('late', { name, server }, LATE(connectSeconds)))
  if (signal.aborted) giveUp()
  signal.addEventListener('abort', giveUp, { once: true })
  const timer = setTimeout(late, connectSeconds * 1000)
  try {
    const secured = await openSecured(server, settings, ending.signal, onConnected)
    onSecured?.(secured.tls)
    const framed = new Framed(secured.socket)
    const client = clientOn(framed)
    const stop = () => framed.endAs('ours')
    ending.signal.addEventListener('abort', stop, { once: true })
    try {
      await bind(client, server, settings, password)
      const bound = createBound({ client, framed, server, settings, secured })
      await bound.identify()
      return bound
    } catch (error) {
      framed.endAs('ours')
      if (ending.signal.aborted) throw ending.signal.reason
      throw error
    } finally {
      ending.signal.removeEventListener('abort', stop)
    }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
  }
}

async function bind(
  client: Client,
  server: LdapServer,
  settings: LdapSettings,
  password: string | undefined,
): Promise<void> {
  try {
    if (settings.bind.how === 'external') await client.bind('EXTERNAL')
    else await client.bind(settings.bind.dn, password)
  } catch (error) {
    if (error instanceof ResultCodeError)
      throw blamedOnBind({ code: error.code, diagnostic: error.message }, server, settings)
    const { name } = settings
    throw new Trouble('server', { name, server }, CLOSED, error)
  }
}

const CLOSED: Told = {
  says: 'closed the connection at the sign-in',
  key: 'servers',
  wanted:
    'is it LDAP that listens at this port, and in clear or with TLS as it is written? Else see its own log',
}
const LATE = (seconds: number): Told => ({
  says: `let nobody in within ${seconds} s ({connectSeconds})`,
  key: null,
  wanted: 'see what keeps it busy',
})

/** As it stands now. Throws a Trouble where nothing can be read. */
export function passwordOf({
  name,
  bind,
}: Pick<LdapSettings, 'name' | 'bind'>): string | undefined {
  if (bind.how === 'external') return undefined
  try {
    return bind.password()
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    throw new Trouble(
      'bind',
      { name, server: null },
      {
        says: `has no password to sign in with: ${cause.message}`,
        key: `bind.${bind.passwordFrom.key}`,
        wanted: `one that can be read where it says: ${bind.passwordFrom.at}`,
      },
      cause,
    )
  }
}

/** Many servers say that it succeeded, and mean that we are nobody (RFC 4513 5.1.2). So nothing is sent at all. */
function refuseEmpty({ name, bind }: LdapSettings, password: string | undefined): void {
  if (bind.how === 'external') return
  const refused = (told: Told) => new Trouble('bind', { name, server: null }, told)
  const { key, at } = bind.passwordFrom
  const held = {
    key: `bind.${key}`,
    wanted: `the password of ${accountOf(bind)} has to be in ${at}`,
  }
  if (isBlank(bind.dn))
    throw refused({
      ...{ says: 'has no account to sign in with: the name is empty', key: 'bind.dn' },
      wanted: 'the account to sign in as',
    })
  if (password === undefined || isBlank(password))
    throw refused({ says: 'has no password to sign in with: it is empty', ...held })
  if (password.includes('\0'))
    throw refused({ says: 'has a password with a NUL character in it', ...held })
}

const isBlank = (text: string) => /^[\s\0]*$/.test(text)
