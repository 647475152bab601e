import { loadavg } from 'node:os'
import { join } from 'node:path'
import { type OwnKeycloak, startKeycloak } from '../support/keycloak.ts'
import { KEYCLOAK_VERSIONS } from '../support/keycloak-distribution.ts'
import { createCaller, usernameOf } from '../support/load.ts'
import { type Outcome, rounded } from './figures.ts'
import { fillWithPeople } from './fill.ts'
import { configure, createInstallation } from './installation.ts'
import { type Crowd, createCrowd } from './keycloak-load.ts'
import { clientOf, realmOf, WAYS, type Way } from './keycloak-realm.ts'
import { lineOfRound, outcomeOf, type Round, type Taken } from './keycloak-report.ts'
import { createBrowser, type Signing } from './keycloak-walk.ts'
import type { Stage } from './stage.ts'
import { busySeconds, cpuSeconds, quantile } from './statistics.ts'

const REALM = 'bench'
const PREFIX = 'k'

type Ready = { readonly crowd: Crowd; readonly keycloak: number; readonly sallyport: number }

/** A second factor on a live session: Keycloak's own OTP form, Sallyport, and none at all, in turn in one run. */
export async function benchKeycloak(stage: Stage): Promise<Outcome> {
  const { say, sizes } = stage
  const version = KEYCLOAK_VERSIONS[0]
  say(
    `Keycloak ${version}, in production mode on its dev-file database (H2), and Sallyport on SQLite`,
  )
  const keycloak = stage.use(await startKeycloak(version))
  const ready = await opened(stage, keycloak)

  say(`${sizes.keycloakWarmUpSeconds} seconds of the same load or more, not measured`)
  await warmUp(stage, ready)
  const [load = 0] = loadavg()
  say(`step-ups on live sessions: ${WAYS.join(', ')} in turn; load average ${rounded(load)}`)
  const { pairs, keycloakStepUps: count, keycloakWorkers: workers } = sizes
  const measured = async (stepUps: number, at: number) =>
    outcomeOf(await roundsOf(ready, { pairs, stepUps, workers: at }, say), at)
  const many = await measured(count, workers)
  say('the same, one at a time')
  const alone = await measured(Math.ceil(count / 3), 1)
  return {
    figures: { ...many.figures, ...alone.figures },
    rows: [...many.rows, ...alone.rows],
  }
}

async function opened(stage: Stage, keycloak: OwnKeycloak): Promise<Ready> {
  const { say, sizes, folder } = stage
  const { keycloakPeople: people, keycloakWorkers: workers } = sizes
  const realmUrl = `${keycloak.url}/realms/${REALM}`
  const made = await createInstallation(join(folder, 'keycloak'))
  configure(made, { client: clientOf(realmUrl) })
  await fillWithPeople(made, PREFIX, people)
  const { issuer } = made
  const { servers } = await stage.served([made], people, 'in turn')
  await keycloak.admin('POST', '/realms', realmOf({ realm: REALM, issuer, prefix: PREFIX, people }))

  say(`${people} people sign in with their passwords`)
  const caller = createCaller(workers)
  const signings = Array.from({ length: people }, (_, n): Signing => {
    const browser = createBrowser(caller)
    return { browser, realmUrl, issuer, username: usernameOf(PREFIX, n) }
  })
  const crowd = createCrowd(signings)
  await crowd.run('password', people, workers)
  return { crowd, keycloak: keycloak.pid(), sallyport: servers[0]?.pid ?? 0 }
}

/** Until everything is compiled that ever will be: a JVM takes its time. */
async function warmUp({ sizes }: Stage, { crowd }: Ready): Promise<void> {
  const until = performance.now() + sizes.keycloakWarmUpSeconds * 1000
  const { keycloakStepUps: count, keycloakWorkers: workers } = sizes
  do for (const way of WAYS) await crowd.run(way, count, workers)
  while (performance.now() < until)
}

async function roundsOf(
  ready: Ready,
  { pairs, stepUps, workers }: Readonly<Record<'pairs' | 'stepUps' | 'workers', number>>,
  say: Stage['say'],
): Promise<readonly Round[]> {
  const rounds: Round[] = []
  for (let round = 0; round < pairs; round++) {
    const taken = new Map<Way, Taken>()
    // Another one is first each time.
    const order = WAYS.map((_, n) => WAYS[(n + round) % WAYS.length] ?? 'sso')
    for (const way of order) taken.set(way, await windowOf(ready, way, stepUps, workers))
    const all = Object.fromEntries(taken) as Round
    say(lineOfRound(all))
    rounds.push(all)
  }
  return rounds
}

async function windowOf(ready: Ready, way: Way, count: number, workers: number): Promise<Taken> {
  const before = spent(ready)
  const from = performance.now()
  const times = await ready.crowd.run(way, count, workers)
  const seconds = (performance.now() - from) / 1000
  const after = spent(ready)
  const each = (of: 'keycloak' | 'sallyport') => ((after[of] - before[of]) * 1000) / count
  return {
    ...{ keycloakMs: each('keycloak'), sallyportMs: each('sallyport') },
    ...{ p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) },
    others: (after.others - before.others) / seconds,
  }
}

function spent({ keycloak: java, sallyport: node }: Ready) {
  const [keycloak, sallyport] = [cpuSeconds(java), cpuSeconds(node)]
  return {
    keycloak,
    sallyport,
    others: busySeconds() - keycloak - sallyport - cpuSeconds(process.pid),
  }
}
