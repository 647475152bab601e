import { FACTOR_KINDS, type FactorKind } from '../kernel/index.ts'

/** The values that come from the configuration and from the code, never from a request. */
export type Sets = {
  readonly clients: readonly string[]
  /** Those that are enabled, and the channels among them. */
  readonly factors: readonly FactorKind[]
  readonly channels: readonly FactorKind[]
  readonly directories: readonly string[]
  /** Of those directories that have some, as they are written. */
  readonly directoryServers: Readonly<Record<string, readonly string[]>>
  readonly providers: readonly string[]
  /** Those of them that are passed over while they are away. */
  readonly gateways: readonly string[]
  readonly routes: readonly string[]
  readonly operations: readonly string[]
  readonly noticeKinds: readonly string[]
  readonly chainStates: readonly string[]
  /** Why a client was not believed. */
  readonly clientFailures: readonly string[]
  /** The jobs that one replica does for all. */
  readonly leases: readonly string[]
  /** Why the store asks again; null where it is no server. */
  readonly retryKinds: readonly string[] | null
}

const METHODS = ['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH']
const STATUSES = [
  ...['200', '201', '204', '303', '304', '400', '401', '403', '404', '405', '409', '410', '413'],
  ...['415', '422', '429', '500', '503'],
]
export const LOOKUPS = ['person', 'not-found', 'ambiguous', 'disabled', 'fault']
const ALGORITHMS = ['ES256', 'RS256']
const KEY_STATES = ['next', 'active', 'retired']

export type Labels = ReturnType<typeof createLabels>

export function createLabels(sets: Sets) {
  const among = (known: readonly string[]) => {
    const set = new Set(known)
    return (value: string): string => (set.has(value) ? value : 'other')
  }
  const status = among(STATUSES)
  return {
    client: among(sets.clients),
    clientFailure: among(sets.clientFailures),
    directory: among(sets.directories),
    provider: among(sets.providers),
    noticeKind: among(sets.noticeKinds),
    route: among(sets.routes),
    operation: among(sets.operations),
    factor: among([...FACTOR_KINDS, 'none']),
    method: among(METHODS),
    status: (code: number) => status(`${code}`),
    lookup: among(LOOKUPS),
    alg: among(ALGORITHMS),
    keyState: among(KEY_STATES),
  }
}
