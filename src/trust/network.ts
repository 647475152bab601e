import { isIP } from 'node:net'

/** What counts as one place: an IPv4 address, or an IPv6 address or its /64, in which a home or an office has all of its own. */
export function networkOf(ip: string | null, ipv6Prefix: 64 | 128): string | null {
  if (ip === null || isIP(ip) === 0) return null
  if (isIP(ip) === 4 || ipv6Prefix === 128) return ip
  const [head = '', tail] = ip.split('::', 2)
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  // An IPv4 address at the end of an IPv6 one fills two groups, of the half that is left out.
  const width = after.length + (after.at(-1)?.includes('.') === true ? 1 : 0)
  const gap = tail === undefined ? 0 : 8 - before.length - width
  const groups = [...before, ...Array<string>(Math.max(0, gap)).fill('0'), ...after].slice(0, 4)
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}
