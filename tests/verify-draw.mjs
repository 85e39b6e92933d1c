// Verifies a draw from what the shop publishes, with nothing of the shop's own code: the seed's hash against the
// commitment, and each buyer's position. Reads {seed, commitment, saleId, joiners, draws: [{buyerId, position}]}.
import { webcrypto } from 'node:crypto'
import { readFileSync } from 'node:fs'

const { seed, commitment, saleId, joiners, draws } = JSON.parse(readFileSync(0, 'utf8'))
const utf8 = new TextEncoder()
const hex = (bytes) =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')

if (hex(await webcrypto.subtle.digest('SHA-256', utf8.encode(seed))) !== commitment) {
  console.log('the seed is not the one that was promised')
  process.exit(1)
}
const algorithm = { name: 'HMAC', hash: 'SHA-256' }
const key = await webcrypto.subtle.importKey('raw', utf8.encode(seed), algorithm, false, ['sign'])
for (const { buyerId, position } of draws) {
  const mac = hex(await webcrypto.subtle.sign('HMAC', key, utf8.encode(`${saleId}|${buyerId}`)))
  // Exactly: the first 48 bits as a fraction of all that they can be, times the joiners.
  const expected = Number((BigInt(`0x${mac.slice(0, 12)}`) * BigInt(joiners)) >> 48n)
  if (expected !== position) {
    console.log(`${buyerId} has position ${expected}, not ${position}`)
    process.exit(1)
  }
}
console.log(`${draws.length} draws are right`)
