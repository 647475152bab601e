/** Nobody at all, in every domain. */
export const ANONYMOUS = 'S-1-5-7'

/** As it is written (MS-DTYP 2.4.2.1), of its bytes (2.4.2.2). */
export function sidOf(value: string | Uint8Array): string {
  const bytes = Buffer.from(value)
  const parts: number[] = []
  for (let at = 8; at + 4 <= bytes.length; at += 4) parts.push(bytes.readUInt32LE(at))
  return ['S', bytes[0], bytes.length < 8 ? 0 : bytes.readUIntBE(2, 6), ...parts].join('-')
}
