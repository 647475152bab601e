import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { base32, PERIOD_SECONDS, REDIRECT_URI, seedOf, usernameOf } from '../support/load.ts'
import type { ClientSettings } from './installation.ts'

/** How somebody is signed in on a live session: who asks for the code, or that nobody does. */
export const WAYS = ['otp', 'sallyport', 'sso'] as const
export type Way = (typeof WAYS)[number]

/** Of Keycloak, at Sallyport. */
const CLIENT_ID = 'keycloak'
/** So that a client can be held to it. */
const OTP_FLOW = '4c0a7a5e-9d0c-4a39-9e0e-7c6f3f5f9a10'

const FILE = readFileSync(join(import.meta.dirname, '../../keycloak/config/realm.json'), 'utf8')
const REALM = JSON.parse(FILE) as {
  readonly authenticationFlows: readonly { readonly alias: string }[]
  readonly authenticatorConfig: readonly {
    readonly alias: string
    readonly config: Readonly<Record<string, string>>
  }[]
  readonly clients: readonly { readonly attributes: object }[]
}

/**
 * The realm that is shipped, with the same flow a second time where Keycloak's own form asks at level 2, and for each way an
 * application. Level 2 is asked for each time. Passwords are cheap to check, as they are not what is measured.
 */
export function realmOf(of: {
  readonly realm: string
  readonly issuer: string
  readonly prefix: string
  readonly people: number
}): object {
  const own = JSON.stringify(REALM.authenticationFlows)
    .replaceAll('stepup', 'otp')
    .replaceAll('"authenticator":"sallyport"', '"authenticator":"auth-otp-form"')
  const otpFlows = JSON.parse(own) as typeof REALM.authenticationFlows
  const changed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'loa-2': { 'loa-max-age': '0' },
    sallyport: { issuer: of.issuer, clientId: CLIENT_ID },
  }
  return {
    ...{ ...REALM, realm: of.realm },
    passwordPolicy: 'hashAlgorithm(pbkdf2-sha256) and hashIterations(1)',
    authenticationFlows: [
      ...REALM.authenticationFlows,
      ...otpFlows.map((flow) => (flow.alias === 'browser-otp' ? { ...flow, id: OTP_FLOW } : flow)),
    ],
    authenticatorConfig: REALM.authenticatorConfig.map(({ alias, config }) => {
      return { alias, config: { ...config, ...changed[alias] } }
    }),
    clients: WAYS.map((way) => applicationOf(way)),
    users: Array.from({ length: of.people }, (_, n) => personOf(usernameOf(of.prefix, n))),
  }
}

function applicationOf(clientId: Way): object {
  const [client] = REALM.clients
  const flows =
    clientId === 'otp' ? { authenticationFlowBindingOverrides: { browser: OTP_FLOW } } : {}
  const attributes = { 'pkce.code.challenge.method': 'S256' }
  return { ...client, clientId, redirectUris: [REDIRECT_URI], attributes, ...flows }
}

function personOf(username: string): object {
  const otp = {
    ...{ subType: 'totp', digits: 6, counter: 0, period: PERIOD_SECONDS },
    ...{ algorithm: 'HmacSHA1', secretEncoding: 'BASE32' },
  }
  return {
    ...{ username, enabled: true, email: `${username}@example.com`, emailVerified: true },
    ...{ firstName: username, lastName: 'Example' },
    credentials: [
      { type: 'password', value: username, temporary: false },
      {
        type: 'otp',
        secretData: JSON.stringify({ value: base32(seedOf(username)) }),
        credentialData: JSON.stringify(otp),
      },
    ],
  }
}

/** What Sallyport has to know of the realm. */
export const clientOf = (realmUrl: string): ClientSettings => ({
  id: CLIENT_ID,
  auth: { method: 'private_key_jwt', jwksUri: `${realmUrl}/protocol/openid-connect/certs` },
  redirectUris: [`${realmUrl}/sallyport/callback`],
  subject: { from: 'par', claim: 'preferred_username', directories: ['local'] },
})
