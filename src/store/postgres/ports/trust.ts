import type { Earned } from '../../../stepup/index.ts'
import type { TrustStore, TrustUse } from '../../../trust/index.ts'
import { grantsIn, trustUseRow } from '../../rows-trust.ts'
import { earnedRow } from '../../to-rows.ts'
import { toldOf } from '../parts.ts'
import * as sql from '../statements/trust.ts'
import type { PortDeps } from './deps.ts'

export function trustStore({ link, toRows }: PortDeps): TrustStore {
  return {
    async list(account) {
      const [row] = await link.read(sql.list, { account })
      return grantsIn(row?.grants ?? '[]')
    },
    async revoke(account, which, events) {
      const { id, series } = { id: null, series: null, ...(which === 'all' ? {} : which) }
      const values = { account, id, series, ...toldOf(toRows, events) }
      const { rows } = await link.write(sql.revoke, values)
      return rows[0]?.revoked ?? 0
    },
  }
}

/** What an accepted factor earned, or nothing of it. */
export function earnedValues(account: string, earned: Earned | null) {
  const row = earnedRow(account, earned)
  const grant = row?.grant ?? null
  return {
    ...{ browser: row?.browser ?? null, earned_at: row?.at ?? null },
    ...{ chosen: row?.factor ?? null, destination: row?.destination ?? null },
    ...{ since: row?.since ?? null, browsers_max: row?.browsers_max ?? 1 },
    ...{ grant: grant?.id ?? null, trust_group: grant?.trust_group ?? null },
    ...{ grant_factor: grant?.factor ?? null, binding: grant?.binding ?? null },
    ...{ acr: grant?.acr ?? null, amr: grant?.amr ?? null, grant_at: grant?.at ?? null },
    ...{ grant_expires_at: grant?.expires_at ?? null, contacts: grant?.contacts ?? null },
    ...{ grant_ip: grant?.ip ?? null, series: grant?.series ?? null, joins: grant?.joins ?? 0 },
    ...{ generation: grant?.generation ?? null, device_hash: grant?.device_hash ?? null },
    ...{ key_id: grant?.key_id ?? null, rotated_at: grant?.rotated_at ?? null },
    ...{ rotated_ip: grant?.rotated_ip ?? null, grants_max: grant?.grants_max ?? 1 },
  }
}

export function useValues(use: TrustUse) {
  const { grant, series, generation, next } = trustUseRow(use)
  const none = { device_hash: null, key_id: null, rotated_at: null, rotated_ip: null }
  return { grant, series, generation, ...(next ?? none) }
}
