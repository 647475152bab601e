import type { TotpStore } from '../../../factors/totp/index.ts'
import { enrolmentIn } from '../../rows-sealed.ts'
import { find } from '../statements/totp.ts'
import type { PortDeps } from './deps.ts'

export function totpStore({ link, sealing }: PortDeps): TotpStore {
  return {
    async find(account) {
      const rows = await link.read(find, { account })
      return rows.map((row) => enrolmentIn(sealing, account, row))
    },
  }
}
