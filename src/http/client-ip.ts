import { type BlockList, isIP, SocketAddress } from 'node:net'
import type { Request } from 'express'
import { isWithin, networksOf } from '../kernel/index.ts'

/**
 * The address of the browser: from the right, as far as configured proxies vouch for it. What a proxy wrote that is no
 * address makes the answer unknown; it is never skipped.
 */
export function clientIp(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trusted: BlockList,
): string | null {
  let current = parseIp(peer)
  const hops = forwardedFor === undefined ? [] : forwardedFor.split(',').slice(-HOPS_MAX)
  while (current !== undefined && isWithin(current, trusted)) {
    const hop = hops.pop()?.trim()
    if (hop === undefined) return current
    current = parseIp(hop)
  }
  return current ?? null
}

const HOPS_MAX = 20

/** In the one spelling of RFC 5952, so that two may be compared. IPv4 mapped into IPv6 is IPv4; a zone or port makes it none. */
export function parseIp(text: string | undefined): string | undefined {
  if (text === undefined || text.includes('%')) return undefined
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(text)
  const address = mapped?.[1] ?? text
  switch (isIP(address)) {
    case 4:
      return address
    case 6:
      return new SocketAddress({ address, family: 'ipv6' }).address
    default:
      return undefined
  }
}

/**
 * The address for what is bound to one. Unknown where a header says that somebody forwarded who is not among these proxies:
 * behind such a one all people would share its address. For the same reason it is never an address of theirs.
 */
export function createCertainIpOf(
  cidrs: readonly string[],
  tellUnlisted: (peer: string | null) => void,
): (request: Request) => string | null {
  const trusted = networksOf(cidrs)
  const ipOf = createIpOf(cidrs)
  const certain = createCertain(cidrs)
  return (request) => {
    const peer = parseIp(request.socket.remoteAddress)
    const isListed = peer !== undefined && isWithin(peer, trusted)
    const isForwarded = FORWARDING.some((name) => request.headers[name] !== undefined)
    if (isForwarded && !isListed) {
      tellUnlisted(peer ?? null)
      return null
    }
    return certain(ipOf(request))
  }
}

/** An address in its one spelling; null where it is none, or one of these proxies' own. */
export function createCertain(cidrs: readonly string[]): (ip: string | null) => string | null {
  const trusted = networksOf(cidrs)
  return (ip) => {
    const parsed = parseIp(ip ?? undefined)
    return parsed === undefined || isWithin(parsed, trusted) ? null : parsed
  }
}

/** By which a proxy says that it is one. */
const FORWARDING = [
  ...(['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'] as const),
  ...(['forwarded', 'x-real-ip', 'via'] as const),
]

/** Of a request, behind these proxies. */
export function createIpOf(cidrs: readonly string[]): (request: Request) => string | null {
  const trusted = networksOf(cidrs)
  return (request) => {
    const given = request.headers['x-forwarded-for']
    const chain = Array.isArray(given) ? given.join(',') : given
    return clientIp(request.socket.remoteAddress, chain, trusted)
  }
}
