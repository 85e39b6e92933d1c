import { BlockList, isIP, isIPv4 } from 'node:net'
import { BoundedMap } from './local-floor'

const ipv4InIpv6 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** What a socket of a dual-stack server calls `::ffff:192.0.2.1` is the IPv4 address 192.0.2.1. */
const plain = (address: string) => ipv4InIpv6.exec(address)?.[1] ?? address

/**
 * The network that an address counts for: an IPv4 address itself, of an IPv6 address its /64, since one household or
 * server owns all of that, or a wider one. What is no address counts for one network of its own, so that nonsense gains
 * nothing.
 */
export function networkOf(address: string, ipv6Bits: 48 | 64 = 64): string {
  const known = plain(address)
  if (isIPv4(known)) return known
  if (isIP(known) === 0) return 'unknown'
  // The URL parser writes every spelling of an address in the same way; a zone (`%eth0`) it does not know.
  const [head = '', tail] = new URL(`http://[${known.split('%')[0]}]`).hostname.slice(1, -1).split('::')
  const left = head.split(':').filter(Boolean)
  const right = (tail ?? '').split(':').filter(Boolean)
  const groups = [...left, ...Array(8 - left.length - right.length).fill('0'), ...right]
  return `${groups.slice(0, ipv6Bits / 16).join(':')}::/${ipv6Bits}`
}

/**
 * Tells whether an address lies in one of these networks, written as CIDR (`10.0.0.0/8`, `fd00::/8`) or as single
 * addresses. Throws at once for anything else: a mistyped network must not silently trust nobody, or everybody.
 */
export function trustIn(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const network of networks) {
    const [, address = '', bits] = /^([^/]+)(?:\/([0-9]+))?$/.exec(network) ?? []
    const family = isIP(address)
    const most = family === 4 ? 32 : 128
    const prefix = Number(bits ?? most)
    if (family === 0 || prefix > most) throw new Error(`"${network}" is not a network in CIDR notation.`)
    list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6')
  }
  const verdicts = new BoundedMap<boolean>()
  return (address) => {
    let verdict = verdicts.get(address)
    if (verdict === undefined) {
      const known = plain(address)
      verdict = isIP(known) !== 0 && list.check(known, isIPv4(known) ? 'ipv4' : 'ipv6')
      verdicts.set(address, verdict)
    }
    return verdict
  }
}
