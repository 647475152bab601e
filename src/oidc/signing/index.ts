/**
 * The keys that ID tokens are signed with: made on first start, published before and after their time, kept sealed by the
 * store. It signs what it is given and knows nothing of what an ID token says.
 */

export {
  createSigningKeys,
  type Signer,
  type SigningKeys,
  type SigningKeysDeps,
} from './signing-keys.ts'
