import type { TrustStore } from '../../../trust/index.ts'
import { grantsIn } from '../../rows-trust.ts'
import type { PortDeps } from './deps.ts'

export function trustStore({ writer, reader, toRows }: PortDeps): TrustStore {
  return {
    async list(account) {
      const row = await reader.read((reads) => reads.standing.get({ account }))
      return grantsIn(row?.grants ?? '[]').toSorted((one, other) => other.at - one.at)
    },
    revoke(account, which, events) {
      const { id, series } = { id: null, series: null, ...(which === 'all' ? {} : which) }
      return writer.call('trust.revoke', { account, id, series, told: toRows.told(events) })
    },
  }
}
