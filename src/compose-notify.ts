import type { NoticeChannel } from './channels/index.ts'
import type { World } from './compose.ts'
import type { Config } from './config/index.ts'
import { browserName } from './factors/code/index.ts'
import { createNotifier } from './notices/index.ts'
import { maskEmail } from './portal/index.ts'
import type { Store } from './store/index.ts'

type Deps = {
  readonly config: Pick<Config, 'notices' | 'language'>
  readonly store: Store['notices']
  /** Null: there is no mail, and nobody can be told. */
  readonly mail: NoticeChannel | null
} & Pick<World, 'clock'> &
  Pick<Parameters<typeof createNotifier>[0], 'resolve' | 'heard'>

/** What tells people what happened in their name, once it is known whether it is this process that does. */
export const composeNotify =
  ({ config, store, mail, resolve, clock, heard }: Deps) =>
  (isHeld: () => boolean): (() => Promise<void>) => {
    const { perDayMax, unsignedPerDayMax } = config.notices
    return createNotifier({
      ...{ store, channel: mail, resolve, browserName, mask: maskEmail, clock, isHeld, heard },
      perDayMax: { signed: perDayMax, operator: perDayMax, unsigned: unsignedPerDayMax },
      language: config.language,
    })
  }
