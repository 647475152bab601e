import { instantOf, Secret } from '../../../kernel/index.ts'
import type { SigningKey, SigningKeyStore } from '../../../oidc/index.ts'
import { wordIn } from '../../rows.ts'
import type { SigningKeyRow } from '../../schema.ts'
import { placeOfKey } from '../../to-rows.ts'
import type { PortDeps } from './deps.ts'

export function signingKeyStore({ writer, reader, toRows, sealing }: PortDeps): SigningKeyStore {
  return {
    async list() {
      const rows = await reader.read((reads) => reads.signingKeys.all({}))
      return rows.map(keyIn)
    },

    replaceSet: (seen, next, events) =>
      writer.call('signingKeys.replaceSet', {
        seen: seen.map(({ kid, state }) => ({ kid, state })),
        next: next.map((key) => toRows.signingKey(key)),
        told: toRows.told(events),
      }),
  }

  function keyIn(row: SigningKeyRow): SigningKey {
    const { kid, private_key, public_jwk, made_at, activated_at, retired_at } = row
    return {
      kid,
      alg: wordIn(['ES256', 'RS256'], row.alg),
      state: wordIn(['next', 'active', 'retired'], row.state),
      privateKey: new Secret(sealing.unseal(placeOfKey(kid), private_key).toString()),
      publicJwk: public_jwk,
      madeAt: instantOf(made_at),
      activatedAt: activated_at === null ? null : instantOf(activated_at),
      retiredAt: retired_at === null ? null : instantOf(retired_at),
    }
  }
}
