import type { SigningKeyStore } from '../../../oidc/index.ts'
import { signingKeyIn } from '../../rows-sealed.ts'
import { toldValues } from '../parts.ts'
import * as sql from '../statements/signing-keys.ts'
import { tell } from '../statements/tell.ts'
import type { PortDeps } from './deps.ts'

export function signingKeyStore({ link, toRows, sealing }: PortDeps): SigningKeyStore {
  return {
    async list() {
      return (await link.read(sql.list, {})).map((row) => signingKeyIn(sealing, row))
    },

    replaceSet(seen, next, events) {
      const rows = next.map((key) => toRows.signingKey(key))
      const told = toldValues(toRows.told(events))
      return link.transact(async (tx) => {
        await tx.run(sql.hold, {})
        if (nameOf(await tx.run(sql.list, {})) !== nameOf(seen)) return 'stale'
        await tx.run(sql.clear, {})
        for (const row of rows) await tx.run(sql.add, row)
        await tx.run(tell, told)
        return 'replaced'
      })
    },
  }
}

function nameOf(keys: readonly { readonly kid: string; readonly state: string }[]): string {
  return JSON.stringify(keys.map(({ kid, state }) => `${kid} ${state}`).sort())
}
