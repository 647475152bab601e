import type { z } from 'zod'
import type { ServerUrl } from './ldap-syntax.ts'
import { isLoopback, isRecord, refuse } from './parts.ts'

type Written = Partial<Record<string, unknown>>

const CATALOG_PORTS: ReadonlySet<number | null> = new Set([3268, 3269])

/** What no key can know alone. Judged on whatever was written, so each value is looked at before it is used. */
export function checkLdap(written: Written, context: z.RefinementCtx): void {
  const servers = serversIn(written['servers'])
  const { mode, certFile } = recordIn(written['tls'])
  const isOff = mode === 'dangerously_off'
  checkEach(servers, context, { isOff, isCatalog: written['globalCatalog'] })
  checkStartTls(servers, context, { isOff, startTls: written['startTls'] })
  checkExternal(written, servers, context, { certFile, isOff })
  checkCache(recordIn(written['cache']), context)
}

type Server = { readonly url: ServerUrl; readonly at: number }

function checkEach(
  servers: readonly Server[],
  context: z.RefinementCtx,
  { isOff, isCatalog }: { readonly isOff: boolean; readonly isCatalog: unknown },
): void {
  for (const { url, at } of servers) {
    const path = ['servers', at]
    if (servers.some((other) => other.at < at && isSame(other.url, url)))
      refuse(context, { says: 'is written twice', wanted: 'each server once' }, path)
    if (isOff && url.scheme === 'ldaps')
      refuse(
        context,
        { says: 'is ldaps, which tls.mode turns off', wanted: 'ldap://, or another tls.mode' },
        path,
      )
    if (isCatalog !== true && CATALOG_PORTS.has(url.port))
      refuse(
        context,
        {
          says: 'has the port of a Global Catalog',
          wanted: 'globalCatalog: true beside it, in Active Directory; or port 636 or 389',
        },
        path,
      )
  }
}

const isSame = (one: ServerUrl, other: ServerUrl): boolean =>
  one.host.toLowerCase() === other.host.toLowerCase() &&
  one.port === other.port &&
  one.scheme === other.scheme

function checkStartTls(
  servers: readonly Server[],
  context: z.RefinementCtx,
  { isOff, startTls }: { readonly isOff: boolean; readonly startTls: unknown },
): void {
  const plain = servers.filter(({ url }) => url.scheme === 'ldap')
  const path = ['startTls']
  if (startTls === true && servers.length > 0 && plain.length === 0)
    refuse(context, { says: 'is for ldap://, and no server is', wanted: 'one or the other' }, path)
  if (startTls === true && isOff)
    refuse(context, { says: 'is what tls.mode turns off', wanted: 'one or the other' }, path)
  if (startTls === false && !isOff && plain.some(({ url }) => !isLoopback(url.host)))
    refuse(
      context,
      {
        says: 'would send the password in the clear',
        wanted: 'true, or ldaps:// servers; in clear only with tls: { mode: dangerously_off }',
      },
      path,
    )
}

/** Whom a certificate names is known only where one was shown. */
function checkExternal(
  written: Written,
  servers: readonly Server[],
  context: z.RefinementCtx,
  { certFile, isOff }: { readonly certFile: unknown; readonly isOff: boolean },
): void {
  if (recordIn(written['bind'])['mode'] !== 'external') return
  const path = ['bind', 'mode']
  if (certFile === undefined)
    refuse(
      context,
      { says: 'is external without a certificate', wanted: 'tls.certFile and tls.keyFile' },
      path,
    )
  const isClear = servers.some(
    ({ url }) =>
      url.scheme === 'ldap' && (isOff || (isLoopback(url.host) && written['startTls'] !== true)),
  )
  if (isClear)
    refuse(
      context,
      {
        says: 'is external, and a server is spoken to in clear',
        wanted: 'ldaps:// servers, or startTls: true',
      },
      path,
    )
}

function checkCache(cache: Written, context: z.RefinementCtx): void {
  const { seconds, outageSeconds } = cache
  if (typeof seconds !== 'number' || typeof outageSeconds !== 'number') return
  if (outageSeconds > 0 && outageSeconds < seconds)
    refuse(
      context,
      { says: 'is below seconds', wanted: `0, or ${seconds} or more, as cache.seconds` },
      ['cache', 'outageSeconds'],
    )
}

/** Those that are servers; of the others it was said already. */
const serversIn = (servers: unknown): readonly Server[] =>
  Array.isArray(servers) ? servers.flatMap((url, at) => (isServer(url) ? [{ url, at }] : [])) : []

const isServer = (one: unknown): one is ServerUrl => isRecord(one) && 'label' in one

const recordIn = (value: unknown): Written => (isRecord(value) ? value : {})
