import { connect, createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { type Authority, createAuthority } from './certificates.ts'
import { childrenOf, endIfThere, openPlace, type Part, untilReady } from './part.ts'
import {
  BASE,
  DOMAIN,
  layDomain,
  modify,
  PEOPLE,
  type Population,
  quoted,
  READER,
  REALM,
  settingsOf,
} from './samba-domain.ts'
import type { ServiceAccount } from './slapd.ts'

/**
 * A real Active Directory domain controller of its own: Samba, on the ports of LDAP (which it can't change) at an address of
 * loopback that nobody else has. Needs root. What it starts from is made once on a machine, see `samba-domain.ts`.
 *
 *     await using samba = await startSamba({ ldif: 'dn: CN=Ann,CN=Users,DC=corp,DC=kestrel,DC=example\nobjectClass: user\n…' })
 *     samba.host, samba.ports.ldaps, samba.authority.ca, samba.baseDn, samba.reader.dn, samba.reader.password
 *
 * A person of the LDIF wants `objectClass: user`, `sAMAccountName`, and `userAccountControl: 544` to be enabled without a
 * password (546: disabled). In clear it lets nobody bind, as Active Directory does that is set up with care.
 */
export type Samba = AsyncDisposable & {
  /** An address: 127.0.0.x. */
  readonly host: string
  readonly ports: typeof PORTS
  readonly baseDn: string
  readonly peopleDn: string
  readonly domain: string
  readonly realm: string
  /** Of its certificate, which is for `host`, `localhost` and `dc1.{realm in lower case}`. */
  readonly authority: Authority
  /** An ordinary account of the domain, which is who may read; by DN, and the same by UPN. */
  readonly reader: ServiceAccount & { readonly upn: string }
  start(): Promise<void>
  stop(): Promise<void>
  kill(): Promise<void>
  restart(): Promise<void>
  pause(): void
  resume(): void
  /** `changetype: modify` and so on, as its system: also `lockoutTime`, `pwdLastSet`, `objectGUID` is what it makes of itself. */
  modify(ldif: string): void
  setPassword(account: ServiceAccount, password: string): void
  said(): string
}

export type SambaOptions = Population & {
  /** Where several servers have one CA; it is not this server's to end. */
  readonly authority?: Authority
}

const PORTS = { ldap: 389, ldaps: 636, globalCatalog: 3268, globalCatalogTls: 3269 } as const

export async function startSamba(options: SambaOptions = {}): Promise<Samba> {
  await using opening = new AsyncDisposableStack()
  const { address } = opening.use(await holdAddress())
  const place = opening.use(openPlace('samba'))
  const authority = options.authority ?? opening.use(createAuthority())
  let part: Part | undefined
  opening.defer(() => end('SIGKILL'))

  place.write('ca.pem', authority.ca)
  const certificate = authority.issue(address, 'localhost', `dc1.${REALM.toLowerCase()}`)
  place.write('server.pem', certificate.cert)
  place.write('server.key', certificate.key)
  const settings = place.write('smb.conf', settingsOf(place, address))
  layDomain(place, settings, options)

  const samba: Samba = {
    ...{ host: address, ports: PORTS, authority, reader: READER },
    ...{ baseDn: BASE, peopleDn: PEOPLE, domain: DOMAIN, realm: REALM },
    async start() {
      part = place.start('samba', 'samba', ['-s', settings, '--foreground', '--no-process-group'])
      await untilReady(part, () => accepts(address, PORTS.globalCatalogTls))
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async restart() {
      await samba.stop()
      await samba.start()
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    modify(what) {
      modify(place, settings, what)
    },
    setPassword({ dn }, password) {
      samba.modify(
        `dn: ${dn}\nchangetype: modify\nreplace: unicodePwd\nunicodePwd:: ${quoted(password)}\n`,
      )
    },
    said: () => part?.said() ?? '',
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
  await samba.start()

  const opened = opening.move()
  return samba

  /** Its first process goes before those that answer, who would be taken for the next one's. */
  async function end(how: NodeJS.Signals): Promise<void> {
    if (part === undefined || !part.isAlive()) return
    const below = childrenOf(part.pid)
    await part.end(how)
    for (const pid of below) endIfThere(pid)
    while (await accepts(address, PORTS.globalCatalogTls)) await setTimeout(25)
  }

  function signal(name: NodeJS.Signals): void {
    if (part === undefined || !part.isAlive()) return
    for (const pid of [part.pid, ...childrenOf(part.pid)]) process.kill(pid, name)
  }
}

/** Held by a listener at a port that nobody means, since it has none of its own before its first start. */
async function holdAddress(): Promise<AsyncDisposable & { readonly address: string }> {
  for (let last = 10; last < 250; last++) {
    const address = `127.0.0.${last}`
    const held = createServer().unref()
    const isHeld = await new Promise<boolean>((resolve) => {
      held.once('error', () => resolve(false))
      held.listen(HOLDING_PORT, address, () => resolve(true))
    })
    if (isHeld && !(await accepts(address, PORTS.ldap))) {
      const close = () => new Promise<void>((resolve) => held.close(() => resolve()))
      return { address, [Symbol.asyncDispose]: close }
    }
    held.close()
  }
  throw new Error('another server has port 389 on every address of loopback')
}

const HOLDING_PORT = 3889

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
