import { type Outcome, type Row, rounded } from './figures.ts'
import { createReplica, type Installation } from './installation.ts'
import { medianOf, pairsOf, ratiosOf } from './measure.ts'
import { type Stage, stop } from './stage.ts'
import { median, spread } from './statistics.ts'

export const TRUST = 'trust: { hours: 12h, binding: ip+device }\n'

/** What a pass by trust costs, its cookie changed each time, against a step-up with a code at the same server. */
export async function passesOf(stage: Stage, of: Installation): Promise<Outcome> {
  const { loader, say, served, warm } = stage
  const { pairs, workers, people, cpuStepUps: stepUps } = stage.sizes
  const server = await served([await createReplica(of, TRUST)], people, 'in turn')
  await warm(server)
  say('CPU of a pass by trust and of a step-up with a code, in turn')
  for (const load of ['ticking', 'passing'] as const)
    await loader.run({ target: server.target, load, stepUps, workers })
  const cost = await pairsOf(loader, [server, server], {
    ...{ pairs, workers, stepUps, loads: ['passing', 'closed'] },
  })
  await stop(server)
  const ratios = ratiosOf(cost, ({ cpuMs }) => cpuMs)
  const figures = {
    cpuMsPerPass: rounded(medianOf(cost, 'of', ({ cpuMs }) => cpuMs)),
    cpuMsPerCode: rounded(medianOf(cost, 'against', ({ cpuMs }) => cpuMs)),
    trustRatio: rounded(median(ratios)),
  }
  const rows: readonly Row[] = [
    [
      'CPU of a pass by trust',
      `${figures.cpuMsPerPass} ms`,
      `with a code ${figures.cpuMsPerCode} ms`,
    ],
    ['trust ratio', `${figures.trustRatio}`, `≤ 0.6; pairs ${spread(ratios)}`],
  ]
  return { figures, rows }
}
