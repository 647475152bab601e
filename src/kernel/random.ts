/** The only source of chance. Real ones are made in main.ts, seeded ones in tests. */
export type Random = { bytes(count: number): Uint8Array }

export function randomToken(random: Random, bytes: number): string {
  return Buffer.from(random.bytes(bytes)).toString('base64url')
}
