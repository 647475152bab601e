import { callbackOf } from './urls.ts'

const CERTS = '/protocol/openid-connect/certs'
const ID_MAX = 100
const NAME_MAX = 60

/** As it is written in our configuration. */
export type Registration = {
  readonly id: string
  readonly name: string
  readonly auth: { readonly method: 'private_key_jwt'; readonly jwksUri: string }
  readonly redirectUris: readonly string[]
  readonly subject: {
    readonly from: 'par'
    readonly claim: 'preferred_username' | 'email'
    readonly directories: readonly string[]
  }
}

export type Wished = {
  readonly id?: string
  readonly name?: string
  readonly claim: Registration['subject']['claim']
  readonly directories: readonly string[]
}

/** The client that a realm is here, unless it is said otherwise. */
export function registrationOf(realmUrl: string, given: Wished): Registration {
  const realm = decodeURIComponent(realmUrl.slice(realmUrl.lastIndexOf('/') + 1))
  const id = `keycloak-${realm.replaceAll(/[^A-Za-z0-9._~-]+/g, '-')}`
  return {
    id: given.id ?? id.slice(0, ID_MAX),
    name: given.name ?? realm.slice(0, NAME_MAX),
    auth: { method: 'private_key_jwt', jwksUri: `${realmUrl}${CERTS}` },
    redirectUris: [callbackOf(realmUrl)],
    subject: { from: 'par', claim: given.claim, directories: given.directories },
  }
}
