import { invariant } from '../../kernel/index.ts'
import type { PostgresSettings } from './settings.ts'

/** One server, and since when what was connected to it before is not believed any more. */
export type Host = {
  readonly host: string
  readonly port: number
  readonly label: string
  /** It took no writes: who connected before then is connected to what it was. */
  readOnlyAt: number
  /** Asked then, it never answered: nor will who was not heard since. */
  silentSince: number
}

export type Hosts = {
  readonly count: number
  /** Where the next connection is tried. */
  current(): Host
  /** The one after it, unless somebody else has moved on already. */
  leave(host: Host): void
}

export function createHosts(settings: PostgresSettings['hosts']): Hosts {
  const hosts = settings.map(({ host, port }): Host => {
    const label = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
    return { host, port, label, readOnlyAt: -1, silentSince: -1 }
  })
  let at = 0
  return {
    count: hosts.length,
    current() {
      const host = hosts[at]
      invariant(host !== undefined, 'a host is configured')
      return host
    },
    leave(host) {
      if (hosts[at] === host) at = (at + 1) % hosts.length
    },
  }
}
