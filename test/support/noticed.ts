import { type App, compose } from '../../src/compose.ts'
import { createLog } from '../../src/log/index.ts'
import type { TestApp } from './app.ts'
import type { Mail } from './mailbox.ts'
import { createSeededRandom, STOPWATCH } from './world.ts'

/** Mails that hold no code, in the order in which they came. */
export const notices = ({ mailbox }: Pick<TestApp, 'mailbox'>): readonly Mail[] =>
  mailbox.mails.filter(({ code }) => code === '')

/** Why notices were not sent, in the order of commits. */
export async function dropped(app: TestApp): Promise<readonly unknown[]> {
  const events = await app.events()
  return events.filter(({ event }) => event === 'notice.dropped').map(({ why }) => why)
}

/** Another process of the same installation; the test says when its loops run. */
export const alike = ({ config, clock }: TestApp): Promise<App> =>
  compose(config, {
    ...{ clock, stopwatch: STOPWATCH, random: createSeededRandom('alike'), fetch },
    ...{ log: createLog({ level: 'error', destination: { write: () => {} } }), version: 'test' },
  })
