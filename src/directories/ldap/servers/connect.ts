import { type Client, ResultCodeError } from 'ldapts'
import type { LdapBind, LdapServer, LdapSettings } from '../settings.ts'
import { blamedOnBind } from './blame.ts'
import { type Bound, createBound } from './bound.ts'
import { Framed } from './framed.ts'
import { clientOn, openSecured } from './secured.ts'
import { Trouble } from './trouble.ts'

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
): Promise<Bound> {
  const { name, connectSeconds } = settings
  const here = `${name} (${server.label})`
  refuseEmpty(settings, password)
  const ending = new AbortController()
  const giveUp = () =>
    ending.abort(new Trouble('ours', `${here} was given up`, { cause: signal.reason }))
  const late = () =>
    ending.abort(new Trouble('late', `${here} let nobody in within ${connectSeconds} s`))
  if (signal.aborted) giveUp()
  signal.addEventListener('abort', giveUp, { once: true })
  const timer = setTimeout(late, connectSeconds * 1000)
  try {
    const secured = await openSecured(server, settings, ending.signal)
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
    const says = `${settings.name} (${server.label}) closed the connection at the sign-in`
    throw new Trouble('server', says, { cause: error })
  }
}

/** As it stands now in its file. */
export const passwordOf = ({ bind }: { readonly bind: LdapBind }): string | undefined =>
  bind.how === 'simple' ? bind.password() : undefined

/** Many servers say that it succeeded, and mean that we are nobody (RFC 4513 5.1.2). So nothing is sent at all. */
function refuseEmpty({ name, bind }: LdapSettings, password: string | undefined): void {
  if (bind.how === 'external') return
  const bad = (key: string, says: string) =>
    new Trouble('bind', `${name}: directories.${name}.bind.${key} ${says}`)
  if (isBlank(bind.dn)) throw bad('dn', 'is empty')
  if (password === undefined || isBlank(password)) throw bad('passwordFile', 'holds no password')
  if (password.includes('\0')) throw bad('passwordFile', 'holds a NUL character')
}

const isBlank = (text: string) => /^[\s\0]*$/.test(text)
