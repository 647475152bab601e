import { type Clock, Fault, type Stopwatch } from '../../../kernel/index.ts'
import type { Bound } from '../servers/bound.ts'
import { openWire } from '../servers/connect.ts'
import type { TlsFacts } from '../servers/tls-facts.ts'
import { Trouble } from '../servers/trouble.ts'
import type { LdapServer, LdapSettings } from '../settings.ts'
import { examineDirectory } from './directory.ts'
import type { Examine, Examined, Finding } from './examined.ts'

export type ExamineDeps = {
  readonly settings: LdapSettings
  readonly clock: Clock
  readonly stopwatch: Stopwatch
}

/** Below it somebody has to see to a new certificate. */
const DAYS_MIN = 21
const DAY_MS = 86_400_000

/** One server after the other, so that what is slow is slow by itself. */
export function createExamine(deps: ExamineDeps): Examine {
  return async () => {
    const all: Examined[] = []
    for (const server of deps.settings.servers) all.push(await examine(server, deps))
    return all
  }
}

async function examine(server: LdapServer, deps: ExamineDeps): Promise<Examined> {
  const { settings, stopwatch } = deps
  const facts: Examined['facts'][number][] = []
  const findings: Finding[] = []
  const tell = (what: string, is: string) => void facts.push({ what, is })
  const signal = AbortSignal.timeout(settings.deadlineSeconds * 1000)
  let wire: Bound | undefined
  try {
    const since = stopwatch.seconds()
    wire = await openWire(server, settings, signal)
    tell('address', wire.address)
    findings.push(...tellTls(wire.tls, tell, deps))
    const { who, by } = await wire.identify()
    tell('signed in as', by === 'unproven' ? `${who}, as far as the server tells` : who)
    tell('to get there', `${Math.round((stopwatch.seconds() - since) * 1000)} ms`)
    findings.push(...(await examineDirectory(wire, deps, tell)))
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    findings.push(findingOf(error, settings.name))
  } finally {
    wire?.close()
  }
  return { server: server.label, facts, findings }
}

function tellTls(
  tls: TlsFacts | null,
  tell: (what: string, is: string) => void,
  { clock }: ExamineDeps,
): readonly Finding[] {
  if (tls === null) {
    tell('TLS', 'none: in clear')
    return []
  }
  const days = Math.floor((tls.validUntil - clock.now()) / DAY_MS)
  tell('TLS', tls.version)
  tell('certificate', `${tls.subject}, ${days} days left`)
  tell('signed by', tls.issuer)
  if (days >= DAYS_MIN) return []
  return [
    {
      ...{ weighs: 'mind', key: null, says: `its certificate lasts ${days} days more` },
      wanted: 'have it renewed there',
    },
  ]
}

function findingOf(fault: Fault, name: string): Finding {
  const weighs = 'wrong'
  // Of somebody who is kept there, and says all that there is to say.
  if (!(fault instanceof Trouble)) return { weighs, key: null, says: fault.message, wanted: null }
  const { isOfServer, says, key, wanted } = fault
  return {
    ...{ weighs, key, says: `${isOfServer ? 'the server' : name} ${says}` },
    wanted: wanted ?? 'see what its own log says of it',
  }
}
