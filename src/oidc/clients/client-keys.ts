import { type Clock, Fault, type Instant } from '../../kernel/index.ts'
import type { Client, KeySource } from './client.ts'
import { type Fetch, fetchKeySet, type Jwk } from './fetch-key-set.ts'
import { createKeySet, type KeySet, type PublicKey, type Wanted } from './key-pick.ts'

const REFRESH_AFTER_MS = 10 * 60_000
const UNKNOWN_KID_EVERY_MS = 60_000
const RETRY_AFTER_MS = 5_000
const KEPT_MS = 24 * 3_600_000

/** Finds the one public key that a client's token names. */
export type ClientKeys = {
  /** Throws Fault `client-keys.unavailable` when the client's set could not be had for a day, or ever. */
  find(client: Client, wanted: Wanted): Promise<PublicKey | 'unknown' | 'ambiguous'>
}

export type ClientKeysDeps = {
  readonly fetch: Fetch
  readonly clock: Clock
  readonly log: { warn(message: string, facts: object): void }
}

export function createClientKeys(deps: ClientKeysDeps): ClientKeys {
  const sources = new Map<string, KeyReader>()

  return {
    async find({ id, auth }, wanted) {
      if (auth.method !== 'private_key_jwt') return 'unknown'
      const reader = sources.get(id) ?? readerOf(id, auth.keys, deps)
      sources.set(id, reader)
      return reader(wanted)
    },
  }
}

type KeyReader = (wanted: Wanted) => Promise<PublicKey | 'unknown' | 'ambiguous'>

function readerOf(client: string, source: KeySource, deps: ClientKeysDeps): KeyReader {
  if (source.from === 'uri') return remote(client, source.uri, deps)
  const set = createKeySet(source.jwks.keys as readonly Jwk[])
  return (wanted) => set.pick(wanted)
}

/**
 * The last good set is used for up to a day. It is fetched anew in the background after ten minutes, and at once for
 * a key that it does not hold, but not more than once a minute: a stranger who makes up key ids moves nothing else.
 */
function remote(client: string, uri: string, { fetch, clock, log }: ClientKeysDeps): KeyReader {
  let good: { readonly set: KeySet; readonly at: Instant } | undefined
  let triedAt: Instant | undefined
  let running: Promise<void> | undefined

  return async (wanted) => {
    if (usable() === undefined && isDue(RETRY_AFTER_MS)) await refresh()
    const known = usable()
    if (known === undefined)
      throw new Fault('client-keys.unavailable', `no keys of ${client} could be loaded`)

    const key = await known.set.pick(wanted)
    const isOld = clock.now() - known.at >= REFRESH_AFTER_MS
    if (key !== 'unknown') {
      if (isOld && isDue(UNKNOWN_KID_EVERY_MS)) void refresh()
      return key
    }
    if (running === undefined && !isDue(UNKNOWN_KID_EVERY_MS)) return key
    await refresh()
    return usable()?.set.pick(wanted) ?? key
  }

  function usable() {
    return good !== undefined && clock.now() - good.at < KEPT_MS ? good : undefined
  }

  function isDue(afterMs: number): boolean {
    return running !== undefined || triedAt === undefined || clock.now() - triedAt >= afterMs
  }

  /** One request at a time, however many wait for it. */
  function refresh(): Promise<void> {
    running ??= load().finally(() => {
      running = undefined
    })
    return running
  }

  async function load(): Promise<void> {
    triedAt = clock.now()
    const fetched = await fetchKeySet(uri, fetch)
    if (fetched.ok) good = { set: createKeySet(fetched.value), at: clock.now() }
    else log.warn('keys of a client could not be loaded', { client, why: fetched.error })
  }
}
