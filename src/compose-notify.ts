import type { World } from './compose.ts'
import type { Carried } from './compose-channels.ts'
import type { Config } from './config/index.ts'
import { browserName } from './factors/code/index.ts'
import { createNotifier, type NoticeWay, type NotifierDeps, type Way } from './notices/index.ts'
import type { Policies } from './policy/index.ts'
import type { Reach, Resolve } from './stepup/index.ts'
import type { Store } from './store/index.ts'

type Deps = {
  readonly config: Pick<Config, 'notices' | 'directories'>
  readonly store: Store['notices']
  readonly stepUps: Pick<Store['stepUps'], 'standing'>
  readonly policies: Pick<Policies, 'at'>
  readonly carried: readonly Carried[]
  readonly reach: Reach
  readonly peek: Resolve
  /** Whether this process is stopping. */
  readonly isRetired: () => boolean
} & Pick<World, 'clock'> &
  Pick<NotifierDeps, 'heard'>

/** What tells people what happened in their name, once it is known whether it is this process that does. */
export function composeNotify(deps: Deps) {
  const { config, store, stepUps, policies, carried, reach, peek, isRetired, clock, heard } = deps
  const { channels, perDayMax, unsignedPerDayMax } = config.notices
  const ways = new Map<NoticeWay, Way>()
  for (const { channel, mask } of carried)
    for (const kind of channels)
      if (channel.kind === kind) ways.set(kind, { channel, mask, reaches: reach[kind] })
  const configured = new Set(config.directories.map(({ name }) => name))

  return (isHeld: () => boolean): (() => Promise<void>) =>
    createNotifier({
      ...{ store, ways, browserName, clock, heard },
      isHeld: () => isHeld() && !isRetired(),
      // Of a directory that is configured no more nobody is known.
      find: async ({ directory, immutableId: value }) =>
        configured.has(directory)
          ? peek({ by: 'immutableId', directory, value }, [directory])
          : { found: 'not-found' },
      perDayMax: {
        ...{ signed: perDayMax, proven: perDayMax, operator: perDayMax },
        unsigned: unsignedPerDayMax,
      },
      async languageOf(account) {
        const { settings, policyVersion } = await stepUps.standing(account)
        const { language } = await policies.at(policyVersion)
        return { own: settings?.language ?? null, everybodys: language }
      },
    })
}
