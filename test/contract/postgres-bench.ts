import type { AuditEvent } from '../../src/audit/index.ts'
import { openPostgresStore, type PostgresSettings } from '../../src/store/postgres/index.ts'
import type { Databases } from '../support/postgres.ts'
import { createFakeClock, createSeededRandom, createTestKeys, STOPWATCH } from '../support/world.ts'
import type { OpenBench } from './bench.ts'

let opened = 0

/**
 * As the role that serves, which may change rows and nothing else.
 *
 * @param over laid over what the store is told of the database, where something stands between.
 */
export function openBenchOn(
  databases: () => Promise<Pick<Databases, 'database'>>,
  over: () => Partial<PostgresSettings> = () => ({}),
): OpenBench {
  return async () => {
    await using opening = new AsyncDisposableStack()
    const database = opening.use(await (await databases()).database())
    const settings = { ...database.settings, ...over() }
    const heard: AuditEvent[] = []
    const another = (keys = createTestKeys()) =>
      openPostgresStore({
        ...({ settings, migrate: 'manual', stopwatch: STOPWATCH } as const),
        keys,
        random: createSeededRandom(`contract ${opened++}`),
        clock: createFakeClock(),
        heard: (events) => heard.push(...events),
      })
    const store = opening.use(await another())
    const made = opening.move()
    return { store, another, heard, [Symbol.asyncDispose]: () => made.disposeAsync() }
  }
}
