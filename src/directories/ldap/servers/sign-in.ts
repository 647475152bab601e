import { hashOf, type Stopwatch } from '../../../kernel/index.ts'
import type { LdapServer, LdapSettings } from '../settings.ts'
import type { Bound } from './bound.ts'
import { openWire, passwordOf } from './connect.ts'
import { Trouble } from './trouble.ts'

/** How long a password that was refused is not shown again: directories lock an account to which one is shown too often. */
const REFUSED_SECONDS = 60

/**
 * Opens wires to one server. The password is read for each; one that was refused is read again, once, since whoever changes
 * it does so there and here in turn. Then only another password is tried, or the same one after a minute.
 */
export function createSignIn(
  server: LdapServer,
  settings: LdapSettings,
  stopwatch: Stopwatch,
): (signal: AbortSignal) => Promise<Bound> {
  let refused: { readonly hash: string; readonly at: number; readonly why: Trouble } | undefined

  return async (signal) => {
    const first = passwordOf(settings)
    try {
      return await signIn(first, signal)
    } catch (error) {
      if (!isRefusal(error)) throw error
      const second = passwordOf(settings)
      if (second === first) throw error
      return await signIn(second, signal)
    }
  }

  async function signIn(password: string | undefined, signal: AbortSignal): Promise<Bound> {
    const hash = password === undefined ? '' : hashOf(password)
    if (refused?.hash === hash && stopwatch.seconds() - refused.at < REFUSED_SECONDS)
      throw refused.why
    try {
      const wire = await openWire(server, settings, signal, password)
      refused = undefined
      return wire
    } catch (error) {
      if (isRefusal(error)) refused = { hash, at: stopwatch.seconds(), why: error }
      throw error
    }
  }
}

const isRefusal = (error: unknown): error is Trouble =>
  error instanceof Trouble && error.blame === 'bind'
