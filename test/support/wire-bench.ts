import assert from 'node:assert/strict'
import { openWire } from '../../src/directories/ldap/servers/connect.ts'
import { createServers, type Servers } from '../../src/directories/ldap/servers/servers.ts'
import type { LdapServer, LdapSettings } from '../../src/directories/ldap/settings.ts'
import type { Search, Wire } from '../../src/directories/ldap/wire.ts'
import { Fault, instantOf } from '../../src/kernel/index.ts'
import { bindAs, openLdapSettings } from './fake-ldap.ts'
import type { Slapd } from './slapd.ts'

type At = { readonly host: string; readonly port: number }

export const NEVER = new AbortController().signal

export const serverAt = ({ host, port }: At, security: LdapServer['security']): LdapServer => ({
  ...{ host, port, security },
  label: `ldap${security === 'tls' ? 's' : ''}://${host}:${port}`,
})

/** Of a directory that is called `corp`; whoever it is bound as may read. */
export const settingsFor = (
  { authority, reader, baseDn }: Pick<Slapd, 'authority' | 'reader' | 'baseDn'>,
  over: Partial<LdapSettings> = {},
): LdapSettings =>
  openLdapSettings({
    ...{ name: 'corp', baseDn, tls: { ca: authority.ca, serverName: null, certificate: null } },
    bind: bindAs(reader.dn, () => reader.password),
    ...over,
  })

export const wireTo = (at: At, security: LdapServer['security'], settings: LdapSettings) =>
  openWire(serverAt(at, security), settings, NEVER)

/** Seconds that somebody moves by hand. */
export function createHand(): { seconds(): number; advance(seconds: number): void } {
  let at = 0
  return {
    seconds: () => at,
    advance(seconds) {
      at += seconds
    },
  }
}

export function serversOf(
  settings: LdapSettings,
  stopwatch = createHand(),
): Servers & { readonly heard: readonly string[] } {
  const heard: string[] = []
  const clock = { now: () => instantOf(Date.now()) }
  const onServer = (label: string, is: string) => void heard.push(`${label} ${is}`)
  return { ...createServers(settings, { clock, stopwatch, onServer }), heard }
}

export const searchFor = (base: string, uid: string, over: Partial<Search> = {}): Search => ({
  ...{ base, scope: 'sub', filter: { is: 'equal', attribute: 'uid', value: uid } },
  ...{ attributes: ['uid', 'mail'], binary: [], entriesMax: 10 },
  ...over,
})

/** How many are found by that name. */
export const look =
  (base: string, uid = 'ann') =>
  async (wire: Wire): Promise<number> =>
    (await wire.search(searchFor(base, uid))).entries.length

export const fault = (message: RegExp) => (error: Error) => {
  assert.ok(error instanceof Fault, `${error.stack}`)
  assert.equal(error.code, 'directory.unavailable')
  assert.match(error.message, message)
  return true
}

/** Looked at again and again, until it is so. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let times = 0; times < 1_200; times++) {
    if (await isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  assert.fail(`never so: ${what}`)
}
