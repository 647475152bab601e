import { exportAudit, verifyAudit } from './audit/index.ts'
import type { Inspect, LogTo, Tools } from './cli/index.ts'
import { compose, type World } from './compose.ts'
import type { Config } from './config/index.ts'
import { createPeople } from './directories/index.ts'
import { createTemplates, listen } from './http/index.ts'
import { createKeyRing, Fault } from './kernel/index.ts'
import { createLog } from './log/index.ts'
import { checkTheme, openAssets } from './portal/index.ts'
import { LOCKS } from './stepup/index.ts'
import { placeProblem } from './store/index.ts'

const GRACE_SECONDS = 10

/** What the rooms need of the world, and what the tools do beside them. */
type ToolsWorld = Omit<World, 'log' | 'fetch'> & {
  readonly pause: (seconds: number) => Promise<unknown>
  readonly logTo: LogTo
}

/** What the commands reach of the rooms: the same app that serves, with nothing running until `serve` is asked for. */
export async function composeTools(config: Config, world: ToolsWorld): Promise<Tools> {
  // In the words of `check`, which whoever reads them will run next.
  const { problems } = inspectTheme(config)
  if (problems.length > 0) throw new Fault('configuration.unfit', problems.join('\n'))
  await using opening = new AsyncDisposableStack()
  const log = createLog({ level: config.logLevel, destination: world.logTo })
  const app = opening.use(await compose(config, { ...world, log, fetch }))
  const { store, signingKeys } = app
  const keys = createKeyRing(config.encryption.keys)
  const opened = opening.move()

  return {
    people: new Map(
      config.directories.map(({ name, defaultCountry }) => [
        name,
        createPeople({
          ...world,
          ...{ store: store.people, directory: name, defaultCountry, locks: LOCKS },
        }),
      ]),
    ),
    audit: {
      export: (after) => exportAudit(store.audit, after),
      verify: (from) => verifyAudit(store.audit, keys, from),
    },
    keys: {
      list: async () =>
        (await signingKeys.list()).map(({ kid, alg, state, madeAt, activatedAt, retiredAt }) => ({
          ...{ kid, alg, state, madeAt, activatedAt, retiredAt },
        })),
      rotate: (actor) => signingKeys.rotate(actor),
    },
    reseal: (actor) => store.reseal(actor),

    async serve() {
      await app.start()
      const { tls, host, port, drainSeconds } = config.listen
      await using listening = new AsyncDisposableStack()
      const open = async (options: Parameters<typeof listen>[0]) => {
        const one = await listen(options)
        listening.defer(() => one.close(GRACE_SECONDS))
        return one
      }
      // Closed in the other order: metrics and health answer to the last.
      const { management } = config
      const back = await open({
        ...{ setting: 'management', handler: app.management, tls: null, ...management },
      })
      const front = await open({ setting: 'listen', handler: app.main, tls, host, port })
      log.info('ready', { issuer: config.issuer, port: front.port, management: back.port })
      const listened = listening.move()
      return {
        urls: [config.issuer, `http://${management.host}:${back.port}/metrics`],
        async close() {
          // Readiness first, so that whoever routes here stops before connections do.
          app.retire()
          log.info('stopping', { drainSeconds })
          if (drainSeconds > 0) await world.pause(drainSeconds)
          await listened.disposeAsync()
          log.info('stopped')
        },
      }
    },

    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** The parts of a configuration that only show themselves when pages are made or the store is opened. */
export const inspect: Inspect = async (config) => {
  const { problems, notes } = inspectTheme(config)
  const place = placeProblem(config.store.file)
  return { problems: place === undefined ? problems : [...problems, `store.file ${place}`], notes }
}

function inspectTheme({ theme }: Config): {
  readonly problems: string[]
  readonly notes: string[]
} {
  const folders = theme.folder === null ? [] : [theme.folder]
  const problems = createTemplates({ folders })
    .checkAll()
    .map((problem) => `theme.folder: ${problem}`)
  try {
    openAssets(theme)
  } catch (error) {
    problems.push(`theme: ${error instanceof Error ? error.message : String(error)}`)
  }
  const notes = checkTheme(theme).map(
    ({ scheme, brand, onBrand, textRatio, mark, markRatio }) =>
      `theme, ${scheme}: ${onBrand} on ${brand} reads at ${textRatio}:1; the path is ${mark}, ${markRatio}:1`,
  )
  return { problems, notes }
}
