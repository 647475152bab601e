/** How many bytes of each part are written the other way round: the first three are little-endian numbers. */
const ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] as const
const WRITTEN =
  /^\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i

export const GUID_BYTES = 16

/** The 16 bytes of an `objectGUID` as Microsoft's tools write them. */
export function guidText(bytes: Uint8Array): string {
  const hex = ORDER.map((at) => (bytes[at] ?? 0).toString(16).padStart(2, '0')).join('')
  const cuts = [0, 8, 12, 16, 20, 32]
  return cuts
    .slice(1)
    .map((end, n) => hex.slice(cuts[n], end))
    .join('-')
}

/** With or without braces and hyphens, in any case. Undefined for anything else. */
export function parseGuid(text: string): Uint8Array | undefined {
  const parts = WRITTEN.exec(text)
  if (parts === null) return undefined
  const written = Buffer.from(parts.slice(1).join(''), 'hex')
  const bytes = new Uint8Array(GUID_BYTES)
  for (const [n, at] of ORDER.entries()) bytes[at] = written[n] ?? 0
  return bytes
}
