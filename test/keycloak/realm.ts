import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Shop } from './shop.ts'

const REALM = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../keycloak/config/realm.json'), 'utf8'),
) as RealmFile

export const SHOP = { id: 'shop', about: 'It takes nothing less than a second factor.' }
export const KIOSK = {
  id: 'kiosk',
  about: 'A password will do, and a second factor where it asks for one.',
}

export type RealmFile = Readonly<Record<string, unknown>> & {
  readonly authenticationFlows: readonly object[]
  readonly authenticatorConfig: readonly {
    readonly alias: string
    readonly config: Readonly<Record<string, string>>
  }[]
  readonly clients: readonly { readonly protocolMappers: readonly { readonly name: string }[] }[]
  readonly users: readonly { readonly username: string; readonly credentials: readonly object[] }[]
}

/** Where nothing else is said it is their name, backwards, and what Active Directory wants besides. */
export const passwordOf = (username: string) => `${[...username].reverse().join('')}-Password1`
export const emailOf = (username: string) => `${username}@example.com`

export type Id = { readonly id: string }

type RealmWith = {
  readonly realm: string
  readonly step: Readonly<Record<string, string>>
  readonly shop: Shop
  readonly kiosk: Shop
  readonly users: readonly WithPassword[]
}
type WithPassword = { readonly username: string; readonly password: string }

/** The file that is shipped, with addresses of this machine. */
export function realmOf(of: RealmWith): RealmFile {
  return {
    ...REALM,
    ...{ realm: of.realm, eventsEnabled: true, users: of.users.map(userOf) },
    quickLoginCheckMilliSeconds: 0,
    internationalizationEnabled: true,
    supportedLocales: ['en', 'zh-CN'],
    authenticatorConfig: REALM.authenticatorConfig.map((one) =>
      one.alias === 'sallyport' ? { ...one, config: { ...one.config, ...of.step } } : one,
    ),
    clients: [clientOf(of.shop, { 'minimum.acr.value': 'mfa' }), clientOf(of.kiosk)],
  }
}

const userOf = ({ username, password }: WithPassword) => ({
  ...{ username, enabled: true, email: emailOf(username), emailVerified: true },
  ...{ firstName: username, lastName: 'Example' },
  credentials: [{ type: 'password', value: password, temporary: false }],
})

function clientOf({ id, name, origin, callback }: Shop, more: object = {}) {
  const [client] = REALM.clients
  const attributes = {
    'pkce.code.challenge.method': 'S256',
    'post.logout.redirect.uris': `${origin}/`,
    ...more,
  }
  return {
    protocolMappers: [],
    ...{ ...client, clientId: id, name, redirectUris: [callback], attributes },
  }
}
