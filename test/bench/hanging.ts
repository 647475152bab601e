import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { slapdConfig } from '../support/directory-slapd.ts'
import { type Slapd, startSlapd } from '../support/slapd.ts'
import { DIRECTORY_PREFIX, slapdPeople } from './directory-people.ts'
import { type Outcome, rounded } from './figures.ts'
import type { DirectorySettings } from './installation.ts'
import type { Report, Target } from './load.ts'
import { type Loader, startLoader } from './loader.ts'
import { medianOf, type Pair, ratiosOf, type Subject } from './measure.ts'
import { type Stage, stop } from './stage.ts'
import { median, spread } from './statistics.ts'

/** Looks until it answers again: a server that hung is left alone for two seconds at most. */
const LOOKS_MAX = 100
const LOOK_MS = 100

/**
 * The whole app with our own people, who step up, while those of a directory are asked for all the time: how long one exchange
 * takes our own while the directory hangs, beside the same while it does not. Those of the directory have left the company,
 * so that they are refused either way and nothing else is different. Pairs of the same load say how far apart two figures
 * of one thing are.
 */
export async function benchHanging(stage: Stage): Promise<Outcome> {
  const { say, sizes, installed, served, warm } = stage
  const { pairs, people, entries } = sizes
  say('our own people while a directory hangs, and while it does not')
  await using slapd = await startSlapd({ ldif: slapdPeople(entries, 'disabled') })
  const directory = directoryOf(stage.folder, slapd)
  const installation = await installed('hanging', people, null, [directory])
  const app = await served([installation], people, 'in turn')
  using others = startLoader()
  const theirs = { ...app.target, prefix: DIRECTORY_PREFIX, people: entries }
  await warm(app)
  await untilAnswered(others, theirs)

  const hung: Pair[] = []
  const same: Pair[] = []
  for (let pair = 0; pair < pairs; pair++) {
    // Who is first changes, as what went before may still be felt.
    const isFirst = pair % 2 === 0
    hung.push(await pairOf(hanging, calm, isFirst))
    same.push(await pairOf(calm, calm, isFirst))
  }
  await stop(app)
  return outcomeOf(hung, same, stage)

  async function hanging(): Promise<number> {
    slapd.pause()
    try {
      return await p99(stage, { app, others, theirs, is: 'hanging' })
    } finally {
      slapd.resume()
      await untilAnswered(others, theirs)
    }
  }
  function calm(): Promise<number> {
    return p99(stage, { app, others, theirs, is: 'answering' })
  }
}

type P99 = () => Promise<number>

async function pairOf(of: P99, against: P99, isFirst: boolean): Promise<Pair> {
  const one = await (isFirst ? of : against)()
  const other = await (isFirst ? against : of)()
  return isFirst ? { of: one, against: other } : { of: other, against: one }
}

type Load = {
  readonly app: Subject
  readonly others: Loader
  readonly theirs: Target
  readonly is: 'answering' | 'hanging'
}

/** Of one exchange of our own people. Throws where the directory was not as it should have been all the time. */
async function p99({ sizes, loader }: Stage, { app, others, theirs, is }: Load): Promise<number> {
  const { localPerSecond, askedPerSecond, hangSeconds: seconds } = sizes
  const asking = others.run({ target: theirs, load: 'asking', perSecond: askedPerSecond, seconds })
  const { p99Ms } = await loader.run({
    ...{ target: app.target, load: 'open', perSecond: localPerSecond, seconds },
  })
  const asked = await asking
  if (!isRefused(asked, is)) throw new Error(`${is}: ${asked.done} passed, ${asked.failures}`)
  return p99Ms
}

/** 403: the directory said no. 503: it said nothing. */
function isRefused({ done, failures }: Report, is: Load['is']): boolean {
  const status = is === 'answering' ? 403 : 503
  return done === 0 && failures.every((one) => one.includes(` answered ${status},`))
}

async function untilAnswered(others: Loader, target: Target): Promise<void> {
  for (let look = 0; look < LOOKS_MAX; look++) {
    const one = { target, load: 'asking', perSecond: 1, seconds: 1 } as const
    if (isRefused(await others.run(one), 'answering')) return
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
  throw new Error('the directory does not come back')
}

function outcomeOf(
  hung: readonly Pair[],
  same: readonly Pair[],
  { sizes: { askedPerSecond, localPerSecond } }: Stage,
): Outcome {
  const [ratios, likes] = [ratiosOf(hung), ratiosOf(same)]
  const figures = {
    p99MsWhileHanging: rounded(medianOf(hung, 'of')),
    p99MsOtherwise: rounded(medianOf(hung, 'against')),
    hangingRatio: rounded(median(ratios)),
    sameLoadRatioMin: rounded(Math.min(...likes)),
    sameLoadRatioMax: rounded(Math.max(...likes)),
  }
  const rates = `${localPerSecond} step-ups and ${askedPerSecond} people of the directory a second`
  return {
    figures,
    rows: [
      ['p99 while LDAP hangs', `${figures.p99MsWhileHanging} ms`, `of an exchange; ${rates}`],
      ['p99 while it does not', `${figures.p99MsOtherwise} ms`, ''],
      [
        'ratio of these',
        `${figures.hangingRatio}`,
        `within ${spread(likes)}, pairs of the same load; pairs ${spread(ratios)}`,
      ],
    ],
  }
}

function directoryOf(folder: string, slapd: Slapd): DirectorySettings {
  const { directory, files } = slapdConfig(slapd, { cache: { seconds: 0 } })
  const [caFile, passwordFile] = [join(folder, 'ldap-ca.pem'), join(folder, 'ldap-password')]
  writeFileSync(caFile, files['/ldap/ca.pem'])
  writeFileSync(passwordFile, files['/ldap/password'], { mode: 0o600 })
  const { bind } = directory
  return { ...directory, tls: { caFile }, bind: { ...bind, passwordFile } }
}
