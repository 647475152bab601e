import type { SigningKeyRow } from '../../schema.ts'
import { statement } from '../statements.ts'

const ROW = 'kid, alg, state, private_key, public_jwk, made_at, activated_at, retired_at'

export const list = statement<SigningKeyRow>(
  'signing_keys_list',
  `select ${ROW} from signing_keys order by made_at, kid`,
)

/** Whoever changes the set holds this row until it commits, also while the set is empty. */
export const hold = statement(
  'signing_keys_hold',
  `insert into leases (name, holder, until) values ('signing-keys-set', '', 0)
  on conflict (name) do update set until = 0`,
)

/** In the order in which they are resealed, so that the two never wait for each other in a circle. */
export const clear = statement(
  'signing_keys_clear',
  `with held as (select kid from signing_keys order by kid for update)
  delete from signing_keys k using held where k.kid = held.kid`,
)

export const add = statement(
  'signing_keys_add',
  `insert into signing_keys (${ROW}) values (@kid, @alg, @state, @private_key, @public_jwk,
    @made_at::bigint, @activated_at::bigint, @retired_at::bigint)`,
)
