/**
 * Asks a directory for people, as a process of its own, so that what is charged to it is the asking and nothing else. It hears
 * once where and how, and then so many names at a time.
 */
import { Client } from 'ldapts'
import { createServers, type LdapSettings } from '../../src/directories/ldap/index.ts'
import { newId } from '../../src/kernel/index.ts'
import { openCompany } from '../support/ldap-servers.ts'
import { ldaptsFilterOf } from '../support/ldapts-filter.ts'
import { createFakeClock, createSeededRandom, STOPWATCH } from '../support/world.ts'
import { searchesFor } from './searches.ts'

/**
 * `sallyport`: all that a step-up asks a directory through. `ldapts`: the same searches on as many connections at once, made
 * beforehand, of which nothing is looked at.
 */
export type Way = 'sallyport' | 'ldapts'

type SimpleBind = Extract<LdapSettings['bind'], { how: 'simple' }>

/** The settings, in which the password is a function that nobody can send. */
export type Where = {
  readonly settings: Omit<LdapSettings, 'bind'>
  readonly bind: Omit<SimpleBind, 'password'>
  readonly password: string
}

export type AskerOrder =
  | { readonly order: 'open'; readonly way: Way; readonly where: Where }
  | { readonly order: 'ask'; readonly names: readonly string[] }

/** What the operating system charged, and how long it took. */
export type Charged = { readonly cpuSeconds: number; readonly seconds: number }

type Ask = () => Promise<void>
type Asker = {
  readonly workers: number
  prepare(names: readonly string[]): Promise<readonly Ask[]>
}

const OPEN: Record<Way, (settings: LdapSettings, password: string) => Promise<Asker>> = {
  sallyport: openSallyport,
  ldapts: openLdapts,
}
let asker: Asker | undefined

process.on('message', (order: AskerOrder) => {
  hear(order).then(
    (charged) => process.send?.(charged),
    (error) => {
      console.error(error)
      process.exit(1)
    },
  )
})
process.on('disconnect', () => process.exit(0))

async function hear(order: AskerOrder): Promise<Charged> {
  if (order.order === 'ask') return ask(order.names)
  const { settings, bind, password } = order.where
  const whole = { ...settings, bind: { ...bind, password: () => password } }
  asker = await OPEN[order.way](whole, password)
  return { cpuSeconds: 0, seconds: 0 }
}

async function ask(names: readonly string[]): Promise<Charged> {
  if (asker === undefined) throw new Error('nobody has said where')
  const all = (await asker.prepare(names)).toReversed()
  const [at, cpu] = [performance.now(), process.cpuUsage()]
  await Promise.all(
    Array.from({ length: asker.workers }, async () => {
      for (let next = all.pop(); next !== undefined; next = all.pop()) await next()
    }),
  )
  const { user, system } = process.cpuUsage(cpu)
  return { cpuSeconds: (user + system) / 1e6, seconds: (performance.now() - at) / 1000 }
}

/** Whose account it is costs the store, which is measured with the step-ups. */
async function openSallyport(settings: LdapSettings): Promise<Asker> {
  const clock = createFakeClock()
  const account = newId('account', createSeededRandom('asker'))
  const servers = createServers(settings, { clock, stopwatch: STOPWATCH })
  const accountOf = async () => ({ account, contacts: { emails: [], phones: [] } })
  const directory = openCompany(settings, { servers, accountOf, clock })
  const { signal } = new AbortController()
  return {
    workers: settings.pool.connectionsMax,
    prepare: async (names) =>
      names.map((value) => async () => {
        const { found } = await directory.find({ by: 'name', value }, signal)
        if (found !== 'person') throw new Error(`${value}: ${found}`)
      }),
  }
}

async function openLdapts(settings: LdapSettings, password: string): Promise<Asker> {
  const { servers, tls, bind, operationSeconds, pool } = settings
  const [server] = servers
  if (server === undefined || bind.how !== 'simple') throw new Error('no server, or no password')
  const clients = await Promise.all(
    Array.from({ length: pool.connectionsMax }, async () => {
      const url = `ldaps://${server.host}:${server.port}`
      const client = new Client({ url, ...(tls.ca !== null && { tlsOptions: { ca: tls.ca } }) })
      await client.bind(bind.dn, password)
      return client
    }),
  )
  return {
    workers: clients.length,
    async prepare(names) {
      const searches = await searchesFor(names, settings)
      return searches.map((search) => {
        const { base, scope, filter, attributes, entriesMax } = search
        const options = {
          ...{ scope, filter: ldaptsFilterOf(filter), attributes: [...attributes] },
          // One more than is wanted, by which it is known that there are more.
          ...{ sizeLimit: entriesMax + 1, timeLimit: operationSeconds },
        }
        return async () => {
          const client = clients.pop()
          if (client === undefined) throw new Error('more at a time than there are connections')
          const { searchEntries } = await client.search(base, options)
          clients.push(client)
          if (searchEntries.length !== 1) throw new Error(`${searchEntries.length} entries`)
        }
      })
    },
  }
}
