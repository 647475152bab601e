import { BlockList, isIP } from 'node:net'

/** @param networks `10.0.0.0/8`, `::1/128` or single addresses; checked by the configuration. */
export function networksOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix] = network.split('/', 2)
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return list
}

/** What is no address is in none of them. */
export function isWithin(ip: string, networks: BlockList): boolean {
  const family = isIP(ip)
  return family !== 0 && networks.check(ip, family === 6 ? 'ipv6' : 'ipv4')
}
