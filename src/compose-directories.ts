import type { World } from './compose.ts'
import type { Config, DirectoryConfig, LdapDirectoryConfig } from './config/index.ts'
import {
  type AccountOf,
  type AccountStore,
  type CompanyPeople,
  createAccountOf,
  createCachedDirectory,
  createCompanyPeople,
  createFindLeavers,
  createLocalDirectory,
  createResolve,
  createRoutes,
  createWithAccounts,
  type Directory,
  type HandedCodes,
  type Named,
  type PeopleStore,
} from './directories/index.ts'
import type { Examine, LdapSettings, Lookup, ServersStats } from './directories/ldap/index.ts'
import type { Log } from './log/index.ts'
import type { Check } from './management/index.ts'
import type { Metrics } from './metrics/index.ts'
import { createLimits, createLocks, NOBODY } from './stepup/index.ts'
import type { Store } from './store/index.ts'

export type Directories = AsyncDisposable & {
  readonly resolve: ReturnType<typeof createResolve>
  /** The same for an operator who only looks: nobody gets an account by it, and nothing is kept of it. */
  readonly peek: ReturnType<typeof createResolve>
  /** Those of the company, for who looks after them. */
  readonly remote: ReadonlyMap<string, RemoteDirectory>
  /** Tells the metrics how servers are at the moment when they are read. */
  measure(): void
  /** Shown, and never down: whoever is kept elsewhere is still served. */
  checks(): readonly Check[]
}

export type RemoteDirectory = {
  readonly lookup: Lookup
  readonly examine: Examine
  readonly stats: () => ServersStats
}

type Deps = {
  readonly config: Config
  readonly world: Pick<World, 'clock' | 'random' | 'stopwatch' | 'log'>
  readonly people: Pick<PeopleStore, 'find'>
  readonly accounts: AccountStore
  readonly metrics: Metrics
}

/** Of a directory in our own store. */
const LOCAL_SECONDS = 5
/** A directory keeps its own deadline; this is for one that does not, and lets an answer from memory through first. */
const GRACE_SECONDS = 0.5

/** Where people are found, and who is asked first. */
export async function composeDirectories(deps: Deps): Promise<Directories> {
  const { config, world, people, metrics } = deps
  const { clock, random, stopwatch } = world
  await using opening = new AsyncDisposableStack()
  const { factors, firstEnrolment } = config
  const isEmailNeeded =
    factors.includes('email') ||
    (factors.includes('totp') && firstEnrolment === 'contact' && config.channels.email !== null)
  const accountOf = createAccountOf({ store: deps.accounts, clock, random })
  const remote = new Map<string, RemoteDirectory>()
  const directories = new Map<string, Directory>()
  const peeked = new Map<string, Directory>()
  for (const directory of config.directories) {
    const { asked, peek } = await openDirectory(directory)
    directories.set(directory.name, asked)
    peeked.set(directory.name, peek)
  }
  const routeOf = createRoutes(config.directories)
  const deadlineSecondsOf = (name: string) => deadlines.get(name) ?? LOCAL_SECONDS

  const deadlines = new Map(config.directories.map((one) => [one.name, secondsOf(one)]))
  const opened = opening.move()
  return {
    resolve: createResolve({
      ...{ directories, stopwatch, onLookup: metrics.directory, routeOf, deadlineSecondsOf },
    }),
    peek: createResolve({ directories: peeked, stopwatch, routeOf, deadlineSecondsOf }),
    remote,
    measure() {
      for (const [name, { stats }] of remote) metrics.directoryState(name, stats())
    },
    checks: () => [...remote].map(([name, { stats }]) => checkOf(name, stats())),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }

  /** Nobody's id, where there is none yet. */
  async function knownOf({ directory, immutableId }: Named): ReturnType<AccountOf> {
    const known = await deps.accounts.find(directory, immutableId)
    return known ?? { account: NOBODY, contacts: { emails: [], phones: [] } }
  }

  async function openDirectory(
    directory: DirectoryConfig,
  ): Promise<{ readonly asked: Directory; readonly peek: Directory }> {
    const { name } = directory
    if (directory.type === 'local') {
      const local = createLocalDirectory({ name, store: people })
      return { asked: local, peek: local }
    }
    // Not before it is needed: it takes time and memory that local people do without.
    const ldap = await import('./directories/ldap/index.ts')
    const settings = settingsOf(directory)
    const servers = opening.use(
      ldap.createServers(settings, { clock, stopwatch, onServer: telling(world.log, name) }),
    )
    const { stats } = servers
    remote.set(name, {
      stats,
      examine: ldap.createExamine({ settings, isEmailNeeded, clock, stopwatch }),
      lookup: ldap.createLookup({ settings, servers, clock }),
    })
    const asked = ldap.createLdapDirectory(settings, {
      ...{ servers, clock },
      onDropped: (contact, why) => metrics.contactDropped(name, contact, why),
      onReferences: (count) => metrics.referencesIgnored(name, count),
    })
    const cached = createCachedDirectory({
      ...{ ...settings.cache, directory: asked, stopwatch },
      onServed: (why) => metrics.directoryServed(name, why),
    })
    return {
      asked: createWithAccounts({ directory: cached, accountOf }),
      peek: createWithAccounts({ directory: cached, accountOf: knownOf }),
    }
  }
}

type Kept = {
  readonly store: Pick<Store, 'accounts' | 'people'>
  readonly remote: ReadonlyMap<string, RemoteDirectory>
} & Pick<World, 'clock' | 'random'>

/** The help desk of each directory of the company, by name. */
export function composeCompany(
  config: Config,
  kept: Kept & { readonly codes: HandedCodes },
): ReadonlyMap<string, CompanyPeople> {
  const { store, clock, random, codes } = kept
  const locks = createLocks(createLimits(config))
  return forEachRemote(config, kept, (of) =>
    createCompanyPeople({
      ...{ ...of, clock, random, locks },
      ...{ accounts: store.accounts, store: store.people, codes },
    }),
  )
}

/** Finds, a few at each call, those whom a directory of the company has no more. */
export function composeLeavers(config: Config, kept: Kept): () => Promise<void> {
  const { store, clock, random } = kept
  const all = forEachRemote(config, kept, (of) =>
    createFindLeavers({ ...of, store: store.accounts, clock, random }),
  )
  // One that hangs keeps the others no longer than its deadline.
  return async () => void (await Promise.all([...all.values()].map((find) => find())))
}

function forEachRemote<T>(
  { directories }: Config,
  { remote }: Pick<Kept, 'remote'>,
  make: (of: {
    readonly directory: string
    readonly defaultCountry: string | null
    readonly deadlineSeconds: number
    readonly lookup: Lookup
  }) => T,
): ReadonlyMap<string, T> {
  const made = directories.flatMap((one): [string, T][] => {
    const { name: directory, defaultCountry } = one
    const lookup = remote.get(directory)?.lookup
    if (lookup === undefined || one.type === 'local') return []
    const { deadlineSeconds } = one
    return [[directory, make({ directory, defaultCountry, deadlineSeconds, lookup })]]
  })
  return new Map(made)
}

/** Once as it goes and once as it comes, with why. */
const telling =
  (log: Log, directory: string) =>
  (server: string, is: 'out' | 'back', why: Error | undefined): void => {
    if (is === 'back') log.info('a server of a directory answers again', { directory, server })
    else log.warn('a server of a directory is left alone', { directory, server, error: why })
  }

const secondsOf = (directory: DirectoryConfig): number =>
  directory.type === 'local' ? LOCAL_SECONDS : directory.deadlineSeconds + GRACE_SECONDS

/** A pod that can serve nobody of one directory still serves the others, and the next pod would do no better. */
function checkOf(name: string, { servers, inUse, waiting }: ServersStats): Check {
  const serversUp = servers.filter(({ isUp }) => isUp).length
  const days = servers.flatMap(({ certificateDaysLeft }) => certificateDaysLeft ?? [])
  const data = {
    ...{ servers: servers.length, serversUp, inUse, waiting },
    ...(days.length > 0 && { certificateDaysLeft: Math.min(...days) }),
    ...(serversUp === 0 && {
      warning: 'no server answers: the people of this directory are refused',
    }),
  }
  return { name: `Directory ${name}`, status: 'UP', data }
}

const settingsOf = ({ type, suffixes: _, ...rest }: LdapDirectoryConfig): LdapSettings => ({
  ...rest,
  dialect: type,
})
