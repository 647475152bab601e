import { exportAudit, verifyAudit } from './audit/index.ts'
import type { Inspect, Tools } from './cli/index.ts'
import { compose, type World } from './compose.ts'
import { composeCompany } from './compose-directories.ts'
import { createExplain } from './compose-explain.ts'
import { createLook } from './compose-look.ts'
import { composePolicy } from './compose-policy.ts'
import { composeTrust } from './compose-trust.ts'
import type { Config } from './config/index.ts'
import { createPeople } from './directories/index.ts'
import { createCodeMaker } from './factors/operator-code/index.ts'
import { createTemplates, type Listening, listen } from './http/index.ts'
import { createKeyRing, Fault, inTime } from './kernel/index.ts'
import { createLog } from './log/index.ts'
import { checkTheme, openAssets } from './portal/index.ts'
import { createLimits, createLocks } from './stepup/index.ts'
import { placeProblem } from './store/index.ts'

/** To keep what became of the last messages, to end the loops and to close the store. */
const CLOSE_SECONDS = 5
/** Before connections are cut, so that whoever waits for a message is still answered. */
const ANSWER_SECONDS = 1

/** What the rooms need of the world, and what the tools do beside them. */
type ToolsWorld = Omit<World, 'log' | 'fetch'> & {
  readonly pause: (seconds: number) => Promise<unknown>
  readonly logTo: Parameters<typeof createLog>[0]['destination']
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
  const locks = createLocks(createLimits(config))
  const codes = {
    store: store.operatorCodes,
    make: createCodeMaker({ keys, random: world.random }),
  }
  const opened = opening.move()
  const people = new Map(
    config.directories
      .filter(({ type }) => type === 'local')
      .map(({ name, defaultCountry }) => [
        name,
        createPeople({
          ...world,
          ...{ store: store.people, directory: name, defaultCountry, locks },
          codes,
        }),
      ]),
  )
  const company = composeCompany(config, { ...app, ...world, codes })

  return {
    people,
    company,
    policy: composePolicy({ config, app, clock: world.clock }),
    explain: createExplain({ config, app, clock: world.clock }),
    directories: createLook({
      ...{ config, store, people, remote: app.remote, clock: world.clock },
      ...{ policies: app.policies, reach: app.reach, judgeText: app.judgeText },
    }),
    trust: composeTrust({ app, clock: world.clock }),
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
      const { tls, host, port, drainSeconds, graceSeconds } = config.listen
      const { management } = config
      await using listening = new AsyncDisposableStack()
      const back = await listen({
        ...{ setting: 'management', handler: app.management, tls: null, ...management },
      })
      listening.defer(async () => void (await back.close(0)))
      const front = await listen({ setting: 'listen', handler: app.main, tls, host, port })
      log.info('ready', { issuer: config.issuer, port: front.port, management: back.port })
      const listened = listening.move()
      return {
        urls: [config.issuer, `http://${management.host}:${back.port}/metrics`],
        async close() {
          // Readiness first, so that whoever routes here stops before connections do.
          app.retire()
          log.info('stopping', { drainSeconds, graceSeconds })
          if (drainSeconds > 0) await world.pause(drainSeconds)
          const requestsCut = await endRequests(front, graceSeconds)
          if (requestsCut > 0) log.warn('requests were cut off', { requestsCut, graceSeconds })
          // Metrics and health answer to the last.
          const closed = await inTime(CLOSE_SECONDS, closeAll(listened))
          if (closed === 'late') log.error('not closed in time', { seconds: CLOSE_SECONDS })
          log.info('stopped')
        },
      }
    },

    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }

  /** What runs may end; whoever waits for a message is answered before connections are cut. */
  async function endRequests(front: Listening, graceSeconds: number): Promise<number> {
    const { promise: over, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, Math.max(0, graceSeconds - ANSWER_SECONDS) * 1000)
    void over.then(app.sends.end)
    const requestsCut = await front.close(graceSeconds)
    // A browser that went away leaves its message behind.
    await Promise.race([app.sends.ended(), over])
    clearTimeout(timer)
    return requestsCut
  }

  async function closeAll(listened: AsyncDisposableStack): Promise<void> {
    try {
      await opened.disposeAsync()
    } finally {
      await listened.disposeAsync()
    }
  }
}

/** The parts of a configuration that only show themselves when pages are made or the store is opened. */
export const inspect: Inspect = async (config) => {
  const { problems, notes } = inspectTheme(config)
  const { store } = config
  const place = store.engine === 'sqlite' ? placeProblem(store.file) : undefined
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
