import { Fault } from '../../../kernel/index.ts'
import { accountOf } from '../servers/account.ts'
import { blamedOnTls, isOfTime } from '../servers/blame/tls.ts'
import type { Bound, Identity } from '../servers/bound.ts'
import { openWire } from '../servers/connect.ts'
import { placeOf } from '../servers/place.ts'
import { peek } from '../servers/secured.ts'
import type { TlsFacts } from '../servers/tls-facts.ts'
import { type Told, Trouble } from '../servers/trouble.ts'
import type { LdapServer } from '../settings.ts'
import { inMillis } from './counted.ts'
import type { ExamineDeps } from './examine.ts'
import type { Notes } from './notes.ts'
import { authorityOutOfTime, endsSoon, outOfTime, tellTls } from './tls.ts'

/** A wire as it is opened for people. Undefined where none is: the notes say how far it came, and why not further. */
export async function opened(
  server: LdapServer,
  { settings, clock, stopwatch }: ExamineDeps,
  notes: Notes,
): Promise<Bound | undefined> {
  const since = stopwatch.seconds()
  const millis = () => (stopwatch.seconds() - since) * 1000
  const came: { connected?: number; secured?: number; address?: string } = {}
  const within = () => AbortSignal.timeout(settings.deadlineSeconds * 1000)
  try {
    const heard = { onConnected, onSecured }
    const wire = await openWire(server, settings, within(), undefined, heard)
    const bound = millis()
    const { who, by } = await wire.identify()
    notes.tell('signed in as', identityIn(who, by, accountOf(settings.bind)))
    const { connected = 0, secured = 0 } = came
    const steps = [
      `${inMillis(connected)} to connect`,
      ...(wire.tls === null ? [] : [`${inMillis(secured - connected)} to secure it`]),
      `${inMillis(bound - secured)} to sign in`,
    ]
    notes.tell('to get there', `${inMillis(bound)}: ${steps.join(', ')}`)
    return wire
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const isOfTls = came.connected !== undefined && came.secured === undefined
    if (isOfTls && error instanceof Trouble) await blameShown(error)
    else notes.blame(error)
    return undefined
  }

  function onConnected(address: string): void {
    came.connected = millis()
    came.address = address
    const place = placeOf(address, server.port)
    notes.tell('address', server.host === address ? place : `${server.host} is ${place}`)
  }

  function onSecured(tls: TlsFacts | null): void {
    came.secured = millis()
    if (tls !== null) {
      const late = tellShown(tls)
      const soon = endsSoon(tls, clock.now())
      if (late === undefined && soon !== undefined) notes.find('mind', soon)
      return
    }
    notes.tell('TLS', 'none: everything is said in clear')
    if (!LOOPBACK.test(came.address ?? '')) notes.find('mind', IN_CLEAR)
  }

  function tellShown(tls: TlsFacts): Told | undefined {
    tellTls(tls, notes, clock.now())
    const late = outOfTime(tls, clock.now())
    if (late !== undefined) notes.find('wrong', late)
    return late
  }

  /** With what it shows, where it shows anything. */
  async function blameShown(trouble: Trouble): Promise<void> {
    const shown = await peek(server, settings, within())
    if (shown === undefined) return notes.blame(trouble)
    const late = tellShown(shown)
    if (!isOfTime(trouble)) notes.blame(blamedOnTls(trouble.cause, { server, settings, shown }))
    else if (late === undefined) notes.find('wrong', authorityOutOfTime(trouble.says, clock.now()))
  }
}

function identityIn(who: string, by: Identity['by'], account: string): string {
  switch (by) {
    case 'who-am-i':
      return who
    case 'token-groups':
      return `${account}, who is ${who}`
    case 'unproven':
      return `${who}, as far as the server tells`
  }
}

const LOOPBACK = /^(?:(?:::ffff:)?127\.|::1$)/

const IN_CLEAR: Told = {
  says: 'everything is said in clear: whoever is on the way reads the password, and says who people are',
  key: 'tls.mode',
  wanted: 'verify-full, with the certificate of the authority in {tls.caFile}',
}
