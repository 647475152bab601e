import { type Id, instantOf, invariant, Secret } from '../kernel/index.ts'
import type { SigningKey } from '../oidc/index.ts'
import type { Enrolment } from '../stepup/index.ts'
import { idIn, provenanceIn, wordIn } from './rows.ts'
import type { EnrolmentRow, SigningKeyRow } from './schema.ts'
import type { Sealing } from './sealing.ts'
import { placeOfKey, placeOfSecret } from './to-rows.ts'

/** Rows with a sealed column as values: the same on every engine. */
export function signingKeyIn(sealing: Sealing, row: SigningKeyRow): SigningKey {
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

export function enrolmentIn(
  sealing: Sealing,
  account: Id<'account'>,
  row: EnrolmentRow & { readonly part: number | null },
): Enrolment {
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
    name: row.name,
  }
}
