import { join } from 'node:path'
import { serveCollecting } from './collecting.ts'
import { type Outcome, rounded } from './figures.ts'
import { freePorts, type Installation, serve, start } from './installation.ts'
import { bytesPerPending, delays, medianOf, pairsOf, ratiosOf, type Subject } from './measure.ts'
import { rulesOf } from './rules.ts'
import { type Stage, stop } from './stage.ts'
import { median, residentBytes, spread } from './statistics.ts'
import { passesOf } from './trust.ts'

/** One process on SQLite, against a floor in the same run. */
export async function benchSqlite(stage: Stage): Promise<Outcome> {
  const { loader, say, installed, served, warm } = stage
  const { pairs, workers, people, few, million, ...sizes } = stage.sizes
  const many = await installed('many', people)
  const server = await served([many], people, 'in turn')
  const { askBytes, endBytes } = await warm(server)
  const floor = await floorOf(stage, many, askBytes, endBytes)
  await warm(floor)

  say('CPU of a step-up, ours and the floor in turn')
  const cost = await pairsOf(loader, [server, floor], {
    ...{ pairs, workers, stepUps: sizes.cpuStepUps },
  })
  const cpu = (side: 'of' | 'against') => medianOf(cost, side, ({ cpuMs }) => cpuMs)

  say('the highest rate, then half of it')
  const rate = await loader.run({
    ...{ target: server.target, load: 'closed', stepUps: sizes.rateStepUps, workers },
  })
  const stepUpsPerSecond = rate.done / rate.seconds
  const delay = await delays(loader, [server, floor], {
    ...{ pairs, perSecond: stepUpsPerSecond / 2, seconds: sizes.delaySeconds },
  })
  await stop(floor)
  await stop(server)

  say('what a pending step-up holds')
  const waiting = stage.stands(await serveCollecting(many), many.issuer, many)
  const pendingBytes = await bytesPerPending(loader, waiting, {
    ...{ warmUp: sizes.pendingWarmUp, stepUps: sizes.pending, workers },
  })
  await stop(waiting)

  const passes = await passesOf(stage, many)
  const rules = await rulesOf(stage, many)

  say('starts')
  const starts: number[] = []
  const idle: number[] = []
  for (let n = 0; n < sizes.starts; n++) {
    const running = await serve(many)
    starts.push(running.readyMs)
    idle.push(residentBytes(running.pid) / 1024 ** 2)
    await running.stop()
  }

  say('1,000,000 accounts against 1,000')
  const crowd = await served([await installed('million', million)], million, 'at random')
  const small = await served([await installed('few', few)], few, 'at random')
  const growth = await pairsOf(loader, [crowd, small], {
    ...{ pairs, stepUps: sizes.fewStepUps, workers },
  })
  await stop(crowd)
  await stop(small)

  const ratios = ratiosOf(cost, ({ cpuMs }) => cpuMs)
  const growths = ratiosOf(growth, ({ cpuMs }) => cpuMs)
  const p99Ratios = ratiosOf(delay.p99)
  const figures = {
    cpuMsPerStepUp: rounded(cpu('of')),
    cpuMsPerFloor: rounded(cpu('against')),
    ratio: rounded(median(ratios)),
    stepUpsPerSecond: rounded(stepUpsPerSecond, 0),
    p50Ms: rounded(delay.p50Ms),
    p99Ms: rounded(medianOf(delay.p99, 'of')),
    p99FloorMs: rounded(medianOf(delay.p99, 'against')),
    rssIdleMiB: rounded(median(idle), 0),
    bytesPerPending: rounded(pendingBytes, 0),
    readyMs: rounded(median(starts), 0),
    millionAccountsRatio: rounded(median(growths)),
    ...{ ...passes.figures, ...rules.figures },
  }
  return {
    figures,
    rows: [
      ['CPU of a step-up', `${figures.cpuMsPerStepUp} ms`, ''],
      [
        'CPU of the floor',
        `${figures.cpuMsPerFloor} ms`,
        '2 signatures checked, 1 made, 1 fdatasync',
      ],
      ['ratio', `${figures.ratio}`, `≤ 2; pairs ${spread(ratios)}`],
      ['step-ups a second', `${figures.stepUpsPerSecond}`, `${workers} at a time`],
      ['p50 of an exchange', `${figures.p50Ms} ms`, 'at half of that rate'],
      ['p99 of an exchange', `${figures.p99Ms} ms`, `the floor's ${figures.p99FloorMs} ms`],
      ['p99 ratio', `${rounded(median(p99Ratios))}`, `≤ 3; pairs ${spread(p99Ratios)}`],
      ['resident, idle', `${figures.rssIdleMiB} MiB`, '≤ 160'],
      ['a pending step-up', `${figures.bytesPerPending} bytes`, '≤ 1536'],
      ['ready in', `${figures.readyMs} ms`, '≤ 1500'],
      ['1,000,000 accounts', `${figures.millionAccountsRatio}`, `≤ 1.2; pairs ${spread(growths)}`],
      ...[...passes.rows, ...rules.rows],
    ],
  }
}

async function floorOf(
  { stands }: Stage,
  installation: Installation,
  ...bytes: readonly [number, number]
): Promise<Subject> {
  const { folder, publicKeyFile } = installation
  const [port = 0] = await freePorts(1)
  const issuer = `http://127.0.0.1:${port}`
  const words = [port, folder, publicKeyFile, ...bytes].map(String)
  const running = await start([join(import.meta.dirname, 'floor.ts'), ...words], `${issuer}/ready`)
  return stands(running, issuer, installation)
}
