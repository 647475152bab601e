import { type Clock, parseJson, Secret } from '../../kernel/index.ts'
import type { Parameters } from '../parameters.ts'
import type { Once } from '../request-store.ts'
import { compareSecret, parseBasic } from './basic-credentials.ts'
import type { Client, Clients } from './client.ts'
import { verifyAssertion } from './client-assertion.ts'
import type { ClientKeys } from './client-keys.ts'
import type { Failed, Failure } from './failures.ts'

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export type Authenticated =
  | { readonly heard: 'client'; readonly client: Client; readonly once: Once | null }
  /** `scheme` says which challenge a 401 carries (RFC 6749 section 5.2). */
  | { readonly heard: 'invalid-client'; readonly scheme: 'basic' | null }
  | { readonly heard: 'invalid-request' }

export type Authenticate = (
  parameters: Parameters,
  authorization: string | undefined,
) => Promise<Authenticated>

export type AuthenticateDeps = {
  readonly clients: Clients
  readonly keys: ClientKeys
  readonly issuer: string
  readonly clock: Clock
  readonly failed: Failed
}

/** At most one way of proving who it is, and the one that the client is registered with. */
export function createAuthenticate(deps: AuthenticateDeps): Authenticate {
  const { clients, keys, issuer, clock } = deps
  const failed = (client: Client | undefined, why: Failure) =>
    deps.failed('client authentication failed', client?.id ?? null, why)

  return async (parameters, authorization) => {
    const assertion = parameters.get('client_assertion')
    const assertionType = parameters.get('client_assertion_type')
    const ways = [authorization, assertion ?? assertionType, parameters.get('client_secret')]
    const claimed = parameters.get('client_id')
    const named = claimed === undefined ? undefined : clients.get(claimed)
    if (ways.filter((way) => way !== undefined).length > 1) {
      failed(named, 'several-ways')
      return { heard: 'invalid-request' }
    }
    if (authorization !== undefined) return basic(authorization, claimed)
    if (assertion === undefined && assertionType === undefined) {
      failed(named, parameters.get('client_secret') === undefined ? 'nothing-given' : 'method')
      return { heard: 'invalid-client', scheme: null }
    }
    if (assertion === undefined || assertionType !== ASSERTION_TYPE) {
      failed(named, 'assertion-type')
      return { heard: 'invalid-request' }
    }
    return signed(assertion, claimed)
  }

  function basic(authorization: string, claimed: string | undefined): Authenticated {
    const refuse = (client: Client | undefined, why: Failure): Authenticated => {
      failed(client, why)
      return { heard: 'invalid-client', scheme: 'basic' }
    }
    const given = parseBasic(authorization)
    if (given === undefined) return refuse(undefined, 'malformed')
    const client = clients.get(given.id)
    // A stranger's secret is compared too, so that the time says nothing about which clients exist.
    const isItsWay = client?.auth.method === 'client_secret_basic'
    const expected = client?.auth.method === 'client_secret_basic' ? client.auth.secret : DECOY
    const compared = compareSecret(given.secret, expected)
    if (client === undefined) return refuse(client, 'client-unknown')
    if (!isItsWay) return refuse(client, 'method')
    if (compared === 'different') return refuse(client, 'secret')
    if (claimed !== undefined && claimed !== client.id) return refuse(client, 'client-id')
    return { heard: 'client', client, once: null }
  }

  async function signed(assertion: string, claimed: string | undefined): Promise<Authenticated> {
    const refuse = (client: Client | undefined, why: Failure): Authenticated => {
      failed(client, why)
      return { heard: 'invalid-client', scheme: null }
    }
    const id = issuerOf(assertion)
    const client = id === undefined ? undefined : clients.get(id)
    const now = clock.now()
    const verified = await verifyAssertion(assertion, client ?? STRANGER, { issuer, keys, now })
    if (client === undefined) return refuse(client, 'client-unknown')
    if (client.auth.method !== 'private_key_jwt') return refuse(client, 'method')
    if (!verified.ok) return refuse(client, verified.error)
    if (claimed !== undefined && claimed !== client.id) return refuse(client, 'client-id')
    return { heard: 'client', client, once: verified.value }
  }
}

/** Unverified: it only says whose keys the signature is to be checked against. */
function issuerOf(jwt: string): string | undefined {
  const payload = parseJson(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'))
  const hasIssuer = typeof payload === 'object' && payload !== null && 'iss' in payload
  return hasIssuer && typeof payload.iss === 'string' ? payload.iss : undefined
}

const DECOY = new Secret('nobody has this secret')

/** Stands in for a client that does not exist: its key is an example of RFC 7517 (appendix A.1). */
const STRANGER: Client = {
  id: '',
  name: '',
  auth: {
    method: 'private_key_jwt',
    algorithms: ['ES256'],
    keys: {
      from: 'inline',
      jwks: {
        keys: [
          {
            kty: 'EC',
            crv: 'P-256',
            x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
            y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
          },
        ],
      },
    },
  },
  redirectUris: [],
  subject: { from: [], claim: 'login_hint', directories: [] },
}
