import { Counter, Gauge, type Registry } from 'prom-client'

/** How the servers of a directory are at this moment. */
export type DirectoryState = {
  readonly inUse: number
  readonly waiting: number
  readonly servers: readonly {
    readonly label: string
    readonly isUp: boolean
    readonly idle: number
    readonly certificateDaysLeft: number | null
  }[]
}

export type DirectoryMetrics = {
  /** From memory: young enough, or all that there is in an outage. */
  directoryServed(directory: string, why: 'fresh' | 'outage'): void
  contactDropped(directory: string, contact: string, why: string): void
  referencesIgnored(directory: string, count: number): void
  directoryState(directory: string, state: DirectoryState): void
}

const SERVED = ['fresh', 'outage'] as const
const CONTACTS = ['phone', 'email']
const DROPPED = ['unparseable', 'no-text', 'too-many']

/** What directories of the company say of themselves: by name and, for each, its servers as they are written. */
export function directoryMetrics(
  registers: Registry[],
  servers: Readonly<Record<string, readonly string[]>>,
): DirectoryMetrics {
  const names = Object.keys(servers)
  const isOurs = (directory: string) => Object.hasOwn(servers, directory)
  const served = new Counter({
    ...{ registers, name: 'sallyport_directory_answers_from_memory_total' },
    help: 'Lookups that the directory was not asked for: its last answer was young enough (fresh), or all there was (outage)',
    labelNames: ['directory', 'why'] as const,
  })
  const dropped = new Counter({
    ...{ registers, name: 'sallyport_directory_contacts_dropped_total' },
    help: 'Phones and addresses of people that nothing can be sent to',
    labelNames: ['directory', 'contact', 'why'] as const,
  })
  const references = new Counter({
    ...{ registers, name: 'sallyport_directory_references_ignored_total' },
    help: 'Referrals and search references that were not followed',
    labelNames: ['directory'] as const,
  })
  const up = new Gauge({
    ...{ registers, name: 'sallyport_directory_server_up' },
    help: '1 while a server is asked, 0 while its circuit breaker is open and it is left alone',
    labelNames: ['directory', 'server'] as const,
  })
  const inUse = new Gauge({
    ...{ registers, name: 'sallyport_directory_connections_used' },
    help: 'Connections that a lookup has, or is about to have',
    labelNames: ['directory'] as const,
  })
  const idle = new Gauge({
    ...{ registers, name: 'sallyport_directory_connections_idle' },
    help: 'Connections that wait for a lookup',
    labelNames: ['directory', 'server'] as const,
  })
  const waiting = new Gauge({
    ...{ registers, name: 'sallyport_directory_waiting' },
    help: 'Lookups that wait for a connection',
    labelNames: ['directory'] as const,
  })
  const certificate = new Gauge({
    ...{ registers, name: 'sallyport_directory_certificate_days_left' },
    help: 'Days until the certificate that a server showed last runs out',
    labelNames: ['directory', 'server'] as const,
  })
  for (const directory of names) {
    for (const why of SERVED) served.inc({ directory, why }, 0)
    for (const contact of CONTACTS)
      for (const why of DROPPED) dropped.inc({ directory, contact, why }, 0)
    references.inc({ directory }, 0)
  }

  return {
    directoryServed(directory, why) {
      if (isOurs(directory)) served.inc({ directory, why })
    },
    contactDropped(directory, contact, why) {
      if (!isOurs(directory) || !CONTACTS.includes(contact)) return
      dropped.inc({ directory, contact, why: DROPPED.includes(why) ? why : 'other' })
    },
    referencesIgnored(directory, count) {
      if (isOurs(directory)) references.inc({ directory }, count)
    },
    directoryState(directory, state) {
      if (!isOurs(directory)) return
      inUse.set({ directory }, state.inUse)
      waiting.set({ directory }, state.waiting)
      for (const { label: server, certificateDaysLeft, ...one } of state.servers) {
        if (!servers[directory]?.includes(server)) continue
        up.set({ directory, server }, one.isUp ? 1 : 0)
        idle.set({ directory, server }, one.idle)
        if (certificateDaysLeft !== null)
          certificate.set({ directory, server }, certificateDaysLeft)
      }
    },
  }
}
