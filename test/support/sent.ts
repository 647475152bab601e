import assert from 'node:assert/strict'

const HEAD_BYTES = 5
/** ChangeCipherSpec, Alert, Handshake, ApplicationData (RFC 8446 5.1). */
const RECORD_TYPES: ReadonlySet<number | undefined> = new Set([20, 21, 22, 23])
const START_TLS = Buffer.from('1.3.6.1.4.1.1466.20037')

/** Of all that was sent on a connection, not one byte is anything but StartTLS asked for and TLS. */
export function assertSecured(sent: Buffer, security: 'tls' | 'start-tls'): void {
  const rest = security === 'tls' || sent.length === 0 ? sent : sent.subarray(asked(sent))
  for (let at = 0; at < rest.length; ) {
    const [type, major] = rest.subarray(at)
    assert.ok(RECORD_TYPES.has(type) && major === 3, `in clear at ${at}: ${rest.subarray(at)}`)
    // The last may have been cut off on its way.
    at += HEAD_BYTES + (rest.length >= at + HEAD_BYTES ? rest.readUInt16BE(at + 3) : 0)
  }
}

/** How many bytes the one message has that may be sent in clear. */
function asked(sent: Buffer): number {
  const length = 2 + (sent[1] ?? 0)
  assert.ok(sent[0] === 0x30 && length < 0x80, 'one short message of LDAP')
  const [id, oid] = [3, 2 + 2]
  assert.equal(length, 2 + id + oid + START_TLS.length, 'which holds nothing but what it asks')
  assert.ok(sent.subarray(0, length).includes(START_TLS))
  return length
}

/** In no spelling that the protocol has for it. */
export function assertNotIn(sent: readonly Buffer[], ...secrets: readonly string[]): void {
  for (const secret of secrets)
    for (const bytes of sent) assert.ok(!bytes.includes(secret), `${secret} was sent in clear`)
}
