/**
 * `npm run crash`: 10,000 step-ups by 8 workers against a real server that is killed 100 times on the way. Exits with 0
 * when no code was taken twice, nothing that anybody was told is missing, and the chain of the audit is whole.
 */
import { parseArgs } from 'node:util'
import { crash } from './run.ts'

const PROGRESS_EVERY = 10
const SHOWN_MAX = 20

const { values } = parseArgs({
  options: {
    'step-ups': { type: 'string', default: '10000' },
    workers: { type: 'string', default: '8' },
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
})
const report = await crash({
  stepUps: Number(values['step-ups']),
  workers: Number(values.workers),
  kills: Number(values.kills),
  seed: Number(values.seed),
  progress(finished, kills) {
    if (kills % PROGRESS_EVERY === 0) console.error(`${finished} step-ups, ${kills} kills`)
  },
})

const { stepUps, kills, seconds, lost, wrong, replays, doubles, broke } = report
if (values.json) console.log(JSON.stringify(report))
else {
  console.log(`${stepUps} step-ups, ${kills} kills, ${seconds.toFixed(1)} seconds`)
  console.log(
    `on the way: ${lost} requests without an answer, ${wrong} wrong answers, ${replays} codes typed again, ${doubles} double clicks`,
  )
  for (const fault of broke.slice(0, SHOWN_MAX)) console.log(`BROKEN: ${fault}`)
  console.log(broke.length === 0 ? 'Everything held.' : `${broke.length} things broke.`)
}
process.exitCode = broke.length === 0 ? 0 : 1
