import type { World } from './compose.ts'
import type { StoreConfig } from './config/index.ts'
import { createSparing } from './log/index.ts'

/** Between two lines about connections that were lost. */
const LOST_SECONDS = 10

/** What the log hears of the store. A server that restarts ends every connection that waits for work; they are made anew. */
export function createStoreNews(engine: StoreConfig['engine'], { log, stopwatch }: World) {
  const advise = (advice: string) =>
    log.warn('the database is not set up as it should be', { advice })
  if (engine === 'sqlite')
    return { advise, onFault: (error: unknown) => log.error('the writer was lost', { error }) }
  const tell = (facts: object) => log.warn('idle connections to the database were lost', facts)
  const tellLost = createSparing({ seconds: LOST_SECONDS, stopwatch, tell })
  return { advise, onFault: (error: unknown) => tellLost({ error }) }
}
