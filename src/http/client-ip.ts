import { BlockList, isIP } from 'node:net'
import type { Request } from 'express'

/** @param cidrs `10.0.0.0/8`, `::1/128` or a single address; checked by the configuration. */
export function createTrustedProxies(cidrs: readonly string[]): BlockList {
  const list = new BlockList()
  for (const cidr of cidrs) {
    const [address = '', prefix] = cidr.split('/', 2)
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return list
}

/**
 * The address of the browser: from the right, as far as configured proxies vouch for it. What a proxy wrote that is no
 * address makes the answer unknown; it is never skipped.
 */
export function clientIp(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trusted: BlockList,
): string | null {
  let current = normalised(peer)
  const hops = forwardedFor === undefined ? [] : forwardedFor.split(',').slice(-HOPS_MAX)
  while (current !== null && isTrusted(trusted, current)) {
    const hop = hops.pop()?.trim()
    if (hop === undefined) return current
    current = normalised(hop)
  }
  return current
}

const HOPS_MAX = 20

/** IPv4 mapped into IPv6 is IPv4; zone ids and ports make it no address. */
function normalised(text: string | undefined): string | null {
  if (text === undefined) return null
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(text)
  const address = mapped?.[1] ?? text
  return isIP(address) === 0 || address.includes('%') ? null : address.toLowerCase()
}

function isTrusted(trusted: BlockList, address: string): boolean {
  return trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** Of a request, behind these proxies. */
export function createIpOf(cidrs: readonly string[]): (request: Request) => string | null {
  const trusted = createTrustedProxies(cidrs)
  return (request) => {
    const given = request.headers['x-forwarded-for']
    const chain = Array.isArray(given) ? given.join(',') : given
    return clientIp(request.socket.remoteAddress, chain, trusted)
  }
}
