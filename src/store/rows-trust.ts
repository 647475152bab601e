import { z } from 'zod'
import { type Instant, parseId } from '../kernel/index.ts'
import type { Grant, NewGrant, TrustUse } from '../trust/index.ts'
import { binding, factor, instant, text } from './rows-parts.ts'
import type { TrustGrantRow } from './schema.ts'

/** As the rows of a table, in one JSON value. */
const grants = z.array(
  z
    .strictObject({
      id: z.custom<Grant['id']>((value) => parseId('trust', value) !== undefined),
      ...{ trust_group: text, factor, binding, acr: text, amr: text },
      ...{ at: instant, contacts: text, ip: text.nullable(), series: text.nullable() },
      ...{ generation: z.int().nullable(), device_hash: text.nullable(), key_id: text.nullable() },
      device_before: text.nullable(),
      ...{ rotated_at: instant.nullable(), rotated_ip: text.nullable() },
    })
    .transform((row): Grant => {
      const { id, factor, binding, acr, at, contacts, ip } = row
      const amr = z.array(text).parse(JSON.parse(row.amr))
      const device = deviceIn(row)
      return {
        ...{ id, group: row.trust_group, factor, binding, acr, amr, at },
        contacts,
        ip,
        device,
      }
    }),
)

export const GRANT_COLUMNS = [
  ...(['id', 'trust_group', 'factor', 'binding', 'acr', 'amr', 'at', 'contacts', 'ip'] as const),
  ...(['series', 'generation', 'device_hash', 'key_id', 'device_before'] as const),
  ...(['rotated_at', 'rotated_ip'] as const),
] as const

export const grantsIn = (json: string): readonly Grant[] =>
  json === '[]' ? [] : grants.parse(JSON.parse(json))

type DeviceColumns = {
  readonly series: string | null
  readonly generation: number | null
  readonly device_hash: string | null
  readonly key_id: string | null
  readonly device_before: string | null
  readonly rotated_at: Instant | null
  readonly rotated_ip: string | null
}

/** All or nothing of it is there. */
function deviceIn(row: DeviceColumns): Grant['device'] {
  const { series, generation, device_hash: hash, key_id: keyId, rotated_at: rotatedAt } = row
  if (series === null) return null
  if (generation === null || hash === null || keyId === null || rotatedAt === null)
    throw new Error('a row of the store does not hold a device of this release')
  const { device_before: before, rotated_ip: rotatedIp } = row
  return { series, generation, hash, keyId, before, rotatedAt, rotatedIp }
}

/** @param account whose it is. `joins`: what is of the device comes from rows that are there. */
export function grantRow(account: string, grant: NewGrant): TrustGrantRow & { joins: 0 | 1 } {
  const { id, group, factor, binding, acr, amr, at, expiresAt, contacts, ip, device } = grant
  const own = device !== null && 'hash' in device ? device : null
  return {
    ...{ account, id, trust_group: group, factor, binding, acr, amr: JSON.stringify(amr), at },
    ...{ expires_at: expiresAt, contacts, ip },
    series: device === null ? null : 'join' in device ? device.join : device.series,
    ...{ generation: own?.generation ?? null, device_hash: own?.hash ?? null },
    ...{ key_id: own?.keyId ?? null, device_before: own?.before ?? null },
    ...{ rotated_at: own?.rotatedAt ?? null, rotated_ip: own?.rotatedIp ?? null },
    joins: device !== null && 'join' in device ? 1 : 0,
  }
}

export function trustUseRow({ account, grant, device }: TrustUse) {
  const next = device?.next ?? null
  return {
    ...{ account, grant, series: device?.series ?? null, generation: device?.generation ?? null },
    next: next && {
      ...{ device_hash: next.hash, key_id: next.keyId },
      ...{ rotated_at: next.rotatedAt, rotated_ip: next.rotatedIp },
    },
  }
}
