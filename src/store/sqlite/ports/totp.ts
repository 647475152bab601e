import type { TotpStore } from '../../../factors/totp/index.ts'
import { instantOf, invariant, Secret } from '../../../kernel/index.ts'
import { idIn, provenanceIn, wordIn } from '../../rows.ts'
import { placeOfSecret } from '../../to-rows.ts'
import type { PortDeps } from './deps.ts'

export function totpStore({ reader, sealing }: PortDeps): TotpStore {
  return {
    async find(account) {
      const row = await reader.read((reads) => reads.totp.get({ account }))
      if (row === undefined) return undefined
      // Without what it used up, a used code would be good again.
      invariant(row.part !== null, 'an enrolment has used up a time step')
      const id = idIn('enrolment', row.id)
      return {
        ...{ id, account, factor: 'totp', provenance: provenanceIn(row.provenance) },
        secret: new Secret<Uint8Array>(sealing.unseal(placeOfSecret(id), row.secret)),
        algorithm: wordIn(['sha1', 'sha256', 'sha512'], row.algorithm),
        digits: wordIn([6, 8], row.digits),
        periodSeconds: wordIn([30, 60], row.period_seconds),
        at: instantOf(row.at),
        usedTimeStep: row.part,
      }
    },
  }
}
