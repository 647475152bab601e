import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LdapSettings } from '../../src/directories/ldap/index.ts'
import { ldaptsFilterOf } from '../support/ldapts-filter.ts'
import type { AskerOrder, Charged, Way } from './asker.ts'
import { searchesFor } from './searches.ts'
import { cpuSecondsOfEnded } from './statistics.ts'

/** Somebody who finds each of these people, and says what that was charged. Throws where one is not found. */
export type Asker = AsyncDisposable & { ask(names: readonly string[]): Promise<Charged> }

export async function startAsker(way: Way, whole: LdapSettings): Promise<Asker> {
  const child = fork(join(import.meta.dirname, 'asker.ts'))
  const { bind, ...settings } = whole
  if (bind.how !== 'simple') throw new Error('an asker signs in with a password')
  const where = { settings, bind, password: bind.password() }
  await told(child, { order: 'open', way, where })
  return {
    ask: (names) => told(child, { order: 'ask', names }),
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.disconnect()
      await gone
    },
  }
}

function told(child: ChildProcess, order: AskerOrder): Promise<Charged> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error('the process that asks went away'))
    child.once('exit', gone)
    child.once('message', (charged: Charged) => {
      child.off('exit', gone)
      resolve(charged)
    })
    child.send(order)
  })
}

/** One process of `ldapsearch` for all of them, on one connection, one search after the other. */
export function createLdapsearch(folder: string, settings: LdapSettings): Asker {
  const { servers, tls, bind, operationSeconds } = settings
  const [server] = servers
  if (server === undefined || bind.how !== 'simple') throw new Error('no server, or no password')
  const at = (name: string) => join(folder, `${settings.name}-${name}`)
  const [filters, ca, password] = [at('filters'), at('ca.pem'), at('bind-password')] as const
  writeFileSync(ca, tls.ca ?? '')
  writeFileSync(password, bind.password(), { mode: 0o600 })
  return {
    async ask(names) {
      const searches = await searchesFor(names, settings)
      const [first] = searches
      if (first === undefined) throw new Error('nobody is asked for')
      const all = searches.map(({ filter }) => `${ldaptsFilterOf(filter)}`)
      // All that is not the same in each: a template holds a value but once, and is known by its `=`.
      const [beginning = ''] = /^[^=]*=/.exec(all[0] ?? '') ?? []
      writeFileSync(filters, all.map((one) => `${one.slice(beginning.length)}\n`).join(''))
      const words = [
        ...['-x', '-LLL', '-H', `ldaps://${server.host}:${server.port}`],
        ...['-D', bind.dn, '-y', password, '-b', first.base, '-s', first.scope],
        // Without `-z`, which it counts over all of them together.
        ...['-l', `${operationSeconds}`],
        ...['-f', filters, `${beginning}%s`, ...first.attributes],
      ]
      const before = cpuSecondsOfEnded(process.pid)
      const from = performance.now()
      const { stdout, stderr, status } = spawnSync('ldapsearch', words, {
        env: { PATH: process.env['PATH'], LDAPTLS_CACERT: ca },
        ...{ encoding: 'utf8', maxBuffer: 1 << 28 },
      })
      const seconds = (performance.now() - from) / 1000
      const found = stdout.match(/^dn:/gm)?.length ?? 0
      if (status !== 0 || found !== names.length)
        throw new Error(`ldapsearch found ${found} of ${names.length}: ${stderr}`)
      return { cpuSeconds: cpuSecondsOfEnded(process.pid) - before, seconds }
    },
    async [Symbol.asyncDispose]() {
      for (const file of [filters, ca, password]) rmSync(file, { force: true })
    },
  }
}
