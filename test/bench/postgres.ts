import { type MeasuredCluster, startMeasuredCluster } from './cluster.ts'
import { type Outcome, type Row, rounded } from './figures.ts'
import { createReplica } from './installation.ts'
import { medianOf, type Pair, pairsOf, ratiosOf, type Sample } from './measure.ts'
import { type Stage, stop } from './stage.ts'
import { median, spread } from './statistics.ts'

const cpuMs = (sample: Sample) => sample.cpuMs
const besidesMs = (sample: Sample) => sample.besidesMs
const perSecond = (sample: Sample) => sample.perSecond
/** Where a large installation could cost more: the search for a row is the server's. */
const bothMs = (sample: Sample) => sample.cpuMs + sample.besidesMs

/** On a PostgreSQL of its own: against SQLite, two replicas against one, a million accounts against a thousand. */
export async function benchPostgres(stage: Stage): Promise<Outcome> {
  const cluster = stage.use(await startMeasuredCluster())
  stage.say(`PostgreSQL ${cluster.release}, fsync and synchronous_commit on`)
  const engines = await ofEngines(stage, cluster)
  const replicas = await ofReplicas(stage, cluster)
  const growth = await ofGrowth(stage, cluster)
  return {
    figures: { ...engines.figures, ...replicas.figures, ...growth.figures },
    rows: [...engines.rows, ...replicas.rows, ...growth.rows],
  }
}

async function ofEngines(stage: Stage, cluster: MeasuredCluster): Promise<Outcome> {
  const { say, loader, installed, served, warm } = stage
  const { pairs, workers, people, cpuStepUps: stepUps, idleSeconds } = stage.sizes
  const shared = await installed('postgres', people, stage.use(await cluster.database()))
  const embedded = await installed('sqlite', people)
  const [onPostgres, onSqlite] = [
    await served([shared], people, 'in turn'),
    await served([embedded], people, 'in turn'),
  ]
  await warm(onPostgres)
  await warm(onSqlite)

  say('CPU of a step-up, on PostgreSQL and on SQLite in turn')
  const cost = await pairsOf(loader, [onPostgres, onSqlite], {
    ...{ pairs, workers, stepUps, besides: cluster.cpuSeconds },
  })
  await stop(onSqlite)

  say('what is asked of PostgreSQL')
  const { target } = onPostgres
  const load = { target, load: 'closed', stepUps, workers } as const
  const busy = await cluster.asked(() => loader.run(load))
  const idle = await cluster.asked(() => sleep(idleSeconds))
  await stop(onPostgres)

  const ratios = ratiosOf(cost, cpuMs)
  const figures = {
    cpuMsPerStepUp: rounded(medianOf(cost, 'of', cpuMs)),
    cpuMsPerStepUpOnSqlite: rounded(medianOf(cost, 'against', cpuMs)),
    postgresRatio: rounded(median(ratios)),
    stepUpsPerSecond: rounded(medianOf(cost, 'of', perSecond), 0),
    postgresCpuMsPerStepUp: rounded(medianOf(cost, 'of', besidesMs)),
    roundTripsPerStepUp: rounded(busy.calls / stepUps),
    walBytesPerStepUp: rounded(busy.walBytes / stepUps, 0),
    backgroundPerSecond: rounded(idle.calls / idleSeconds),
  }
  const others = `${figures.backgroundPerSecond} a second without any`
  return {
    figures,
    rows: [
      ['CPU of a step-up', `${figures.cpuMsPerStepUp} ms`, 'in Sallyport'],
      ['the same on SQLite', `${figures.cpuMsPerStepUpOnSqlite} ms`, ''],
      ['ratio', `${figures.postgresRatio}`, `≤ 1.3; pairs ${spread(ratios)}`],
      ['step-ups a second', `${figures.stepUpsPerSecond}`, `${workers} at a time`],
      ['CPU of PostgreSQL', `${figures.postgresCpuMsPerStepUp} ms`, 'for each step-up'],
      ['round trips', `${figures.roundTripsPerStepUp}`, `≤ 14; the background's in it, ${others}`],
      ['written ahead', `${figures.walBytesPerStepUp} bytes`, 'for each step-up'],
    ],
  }
}

async function ofReplicas(stage: Stage, cluster: MeasuredCluster): Promise<Outcome> {
  const { say, loader, installed, served, warm } = stage
  const { pairs, workers, people, cpuStepUps: stepUps } = stage.sizes
  const single = await installed('one', people, stage.use(await cluster.database()))
  const first = await installed('two', people, stage.use(await cluster.database()))
  const one = await served([single], people, 'in turn')
  const two = await served([first, await createReplica(first)], people, 'in turn')
  for (const subject of [one, two, two]) await warm(subject)

  say('two replicas, each exchange at the other one, and one process in turn')
  const cost = await pairsOf(loader, [two, one], {
    ...{ pairs, workers, stepUps, besides: cluster.cpuSeconds },
  })
  await stop(one)
  await stop(two)

  const perCore = ratiosOf(cost, (sample) => 1 / sample.cpuMs)
  const perCpuSecond = (side: keyof Pair) =>
    rounded(
      medianOf(cost, side, (sample) => 1000 / sample.cpuMs),
      0,
    )
  const rate = (side: keyof Pair) => rounded(medianOf(cost, side, perSecond), 0)
  const figures = {
    replicasRatio: rounded(median(perCore)),
    stepUpsPerCpuSecondOfOne: perCpuSecond('against'),
    stepUpsPerCpuSecondOfTwo: perCpuSecond('of'),
    stepUpsPerSecondOfOne: rate('against'),
    stepUpsPerSecondOfTwo: rate('of'),
  }
  const [ofOne, ofTwo] = [figures.stepUpsPerSecondOfOne, figures.stepUpsPerSecondOfTwo]
  return {
    figures,
    rows: [
      ['one process', `${figures.stepUpsPerCpuSecondOfOne}`, 'step-ups a second and core of ours'],
      ['two replicas', `${figures.stepUpsPerCpuSecondOfTwo}`, 'the same of both together'],
      ['ratio of these', `${figures.replicasRatio}`, `as one's; pairs ${spread(perCore)}`],
      ['step-ups a second', `${ofTwo}`, `of one ${ofOne}; load and database on the same cores`],
    ],
  }
}

async function ofGrowth(stage: Stage, cluster: MeasuredCluster): Promise<Outcome> {
  const { say, loader, installed, served } = stage
  const { pairs, workers, few, million, fewStepUps: stepUps } = stage.sizes
  say('1,000,000 accounts against 1,000')
  const grown = await installed('million', million, stage.use(await cluster.database()))
  const young = await installed('few', few, stage.use(await cluster.database()))
  const crowd = await served([grown], million, 'at random')
  const small = await served([young], few, 'at random')
  const cost = await pairsOf(loader, [crowd, small], {
    ...{ pairs, workers, stepUps, besides: cluster.cpuSeconds },
  })
  await stop(crowd)
  await stop(small)

  const ratios = ratiosOf(cost, bothMs)
  const figures = {
    postgresMillionRatio: rounded(median(ratios)),
    millionRatioInSallyport: rounded(median(ratiosOf(cost, cpuMs))),
    millionRatioInPostgres: rounded(median(ratiosOf(cost, besidesMs))),
  }
  const parts = `Sallyport ${figures.millionRatioInSallyport}, PostgreSQL ${figures.millionRatioInPostgres}`
  const row: Row = [
    '1,000,000 accounts',
    `${figures.postgresMillionRatio}`,
    `≤ 1.2; pairs ${spread(ratios)}; ${parts}`,
  ]
  return { figures, rows: [row] }
}

const sleep = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000))
