import type { SigningKeyStore } from '../../../oidc/index.ts'
import { signingKeyIn } from '../../rows-sealed.ts'
import type { PortDeps } from './deps.ts'

export function signingKeyStore({ writer, reader, toRows, sealing }: PortDeps): SigningKeyStore {
  return {
    async list() {
      const rows = await reader.read((reads) => reads.signingKeys.all({}))
      return rows.map((row) => signingKeyIn(sealing, row))
    },

    replaceSet: (seen, next, events) =>
      writer.call('signingKeys.replaceSet', {
        seen: seen.map(({ kid, state }) => ({ kid, state })),
        next: next.map((key) => toRows.signingKey(key)),
        told: toRows.told(events),
      }),
  }
}
