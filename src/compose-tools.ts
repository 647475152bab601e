import { exportAudit, verifyAudit } from './audit/index.ts'
import type { Inspect, Tools } from './cli/index.ts'
import { compose, type World } from './compose.ts'
import type { Config } from './config/index.ts'
import { createPeople } from './directories/index.ts'
import { createTemplates, listen } from './http/index.ts'
import { createKeyRing } from './kernel/index.ts'
import { createLog } from './log/index.ts'
import { checkTheme, openAssets } from './portal/index.ts'

const GRACE_SECONDS = 10

/** What the commands reach of the rooms: the same app that serves, with nothing running until `serve` is asked for. */
export async function composeTools(
  config: Config,
  world: Omit<World, 'log' | 'fetch'>,
): Promise<Tools> {
  await using opening = new AsyncDisposableStack()
  const log = createLog({ level: config.logLevel })
  const app = opening.use(await compose(config, { ...world, log, fetch }))
  const { store, signingKeys } = app
  const keys = createKeyRing(config.encryption.keys)
  const opened = opening.move()

  return {
    people: new Map(
      config.directories.map(({ name, defaultCountry }) => [
        name,
        createPeople({ ...world, store: store.people, directory: name, defaultCountry }),
      ]),
    ),
    audit: {
      export: (after) => exportAudit(store.audit, after),
      verify: (after) => verifyAudit(store.audit, keys, after),
    },
    keys: {
      list: async () =>
        (await signingKeys.list()).map(({ kid, alg, state, madeAt, activatedAt, retiredAt }) => ({
          ...{ kid, alg, state, madeAt, activatedAt, retiredAt },
        })),
      rotate: (actor) => signingKeys.rotate(actor),
    },
    reseal: () => store.reseal(),

    async serve() {
      await app.start()
      const { tls, ...main } = config.listen
      const [front, back] = await Promise.all([
        listen({ handler: app.main, tls, host: main.host, port: main.port }),
        listen({ handler: app.management, tls: null, ...config.management }),
      ])
      log.info('ready', { issuer: config.issuer, port: front.port, management: back.port })
      return {
        urls: [config.issuer, `http://${config.management.host}:${back.port}/metrics`],
        async close() {
          // Readiness first, so that whoever routes here stops before connections do.
          app.retire()
          await front.close(GRACE_SECONDS)
          await back.close(GRACE_SECONDS)
          log.info('stopped')
        },
      }
    },

    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** The parts of a configuration that only show themselves when pages are made. */
export const inspectTheme: Inspect = async ({ theme }) => {
  const folders = theme.folder === null ? [] : [theme.folder]
  const problems = [...createTemplates({ folders }).checkAll()]
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
