import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import type { AuditEvent } from '../../audit/index.ts'
import { type Clock, Fault, type Instant, invariant, later } from '../../kernel/index.ts'
import type { SigningKey, SigningKeyStore } from '../signing-key-store.ts'
import { makeKey } from './make-key.ts'
import { type Fresh, PUBLISHED_BEFORE_SECONDS, planKeys } from './plan-keys.ts'

const STEPS_MAX = 8

/** Signs claims as they are given: a compact JWS with `typ: JWT`. */
export type Signer = { sign(claims: object): string }

export type SigningKeys = {
  /** Of the active key. From memory, but for the first time. */
  signer(): Promise<Signer>
  /** Public keys of every state, as a JWK set. From memory, but for the first time. */
  published(): Promise<{ readonly keys: readonly object[] }>
  /** Makes the first key, lets a key begin whose time has come, removes old ones, and reads the set anew. For one replica's loop. */
  tend(): Promise<void>
  /** Reads the set anew, and makes a key only where there is none to sign with. For the loops of the others. */
  refresh(): Promise<void>
  list(): Promise<readonly SigningKey[]>
  /** Publishes a new key, which begins to sign at `at`; 'pending' where one waits already. */
  rotate(actor: AuditEvent['actor']): Promise<{
    readonly rotation: 'begun' | 'pending'
    readonly kid: string
    readonly at: Instant
  }>
}

export type SigningKeysDeps = {
  readonly store: SigningKeyStore
  readonly clock: Clock
  readonly heard?: (events: readonly AuditEvent[]) => void
  readonly make?: () => Promise<Fresh>
}

type Ready = { readonly signer: Signer; readonly published: { readonly keys: readonly object[] } }

export function createSigningKeys(deps: SigningKeysDeps): SigningKeys {
  const { store, clock, heard = () => {}, make = makeKey } = deps
  let ready: Ready | undefined
  let loading: Promise<Ready> | undefined

  return {
    signer: async () => (await known()).signer,
    published: async () => (await known()).published,
    async tend() {
      ready = readyFrom(await settled('tend', 'system'))
    },
    async refresh() {
      const keys = await store.list()
      ready = readyFrom(keys.some(isSigning) ? keys : await settled('tend', 'system'))
    },
    list: () => store.list(),
    async rotate(actor) {
      const before = nextOf(await store.list())
      const next = nextOf(await settled('rotate', actor))
      invariant(next !== undefined, 'a rotation leaves a key that waits')
      const at = later(next.madeAt, PUBLISHED_BEFORE_SECONDS)
      return { rotation: before?.kid === next.kid ? 'pending' : 'begun', kid: next.kid, at }
    },
  }

  async function known(): Promise<Ready> {
    if (ready !== undefined) return ready
    loading ??= settled('tend', 'system')
      .then(readyFrom)
      .finally(() => {
        loading = undefined
      })
    ready = await loading
    return ready
  }

  /** Plans until nothing is left to do; whoever loses a race to another process plans on what that one left. */
  async function settled(
    wants: 'tend' | 'rotate',
    actor: AuditEvent['actor'],
  ): Promise<readonly SigningKey[]> {
    let fresh: Fresh | null = null
    for (let step = 0; step < STEPS_MAX; step++) {
      const keys = await store.list()
      const input = { keys, alg: 'ES256', wants, now: clock.now(), actor } as const
      let plan = planKeys({ ...input, fresh: null })
      if (plan.plan === 'make') {
        fresh ??= await make()
        plan = planKeys({ ...input, fresh })
      }
      if (plan.plan !== 'replace') return keys
      const seen = keys.map(({ kid, state }) => ({ kid, state }))
      const answer = await store.replaceSet(seen, plan.next, plan.events)
      if (answer === 'stale') continue
      fresh = null
      heard(plan.events)
    }
    throw new Fault('store.contended', 'signing keys are being changed by others')
  }
}

const isSigning = ({ state, alg }: SigningKey) => state === 'active' && alg === 'ES256'

const nextOf = (keys: readonly SigningKey[]) => keys.find(({ state }) => state === 'next')

function readyFrom(keys: readonly SigningKey[]): Ready {
  const active = keys.find(isSigning)
  invariant(active !== undefined, 'a key is active')
  const published = keys.map(({ kid, alg, publicJwk }) => ({
    ...parsePublic(publicJwk),
    ...{ kid, alg, use: 'sig' },
  }))
  return { signer: signerOf(active), published: { keys: published } }
}

function parsePublic(text: string): object {
  const jwk: unknown = JSON.parse(text)
  invariant(typeof jwk === 'object' && jwk !== null && !('d' in jwk), 'a public key is published')
  return jwk
}

/** By node:crypto: the same signature costs half of what it costs by way of Web Crypto. */
function signerOf({ kid, alg, privateKey }: SigningKey): Signer {
  const key: KeyObject = createPrivateKey(privateKey.reveal())
  const header = encoded({ alg, kid, typ: 'JWT' })
  return {
    sign(claims) {
      const input = `${header}.${encoded(claims)}`
      const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
      return `${input}.${signature.toString('base64url')}`
    },
  }
}

const encoded = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')
