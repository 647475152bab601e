import type { TotpStore } from '../../../factors/totp/index.ts'
import { enrolmentIn } from '../../rows-sealed.ts'
import type { PortDeps } from './deps.ts'

export function totpStore({ reader, sealing }: PortDeps): TotpStore {
  return {
    async find(account) {
      const rows = await reader.read((reads) => reads.totp.all({ account }))
      return rows.map((row) => enrolmentIn(sealing, account, row))
    },
  }
}
