import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInstallation, importPeople } from '../bench/installation.ts'
import { createDice, type Dice } from '../support/dice.ts'
import { usernameOf } from '../support/load.ts'
import { whatBroke } from './checks.ts'
import { createQueue, PREFIX } from './people.ts'
import { createTalk } from './talk.ts'
import { nothingTold, type Told } from './told.ts'
import { startVictim, type Victim } from './victim.ts'
import { createWorker } from './worker.ts'

export type CrashOptions = {
  readonly stepUps: number
  readonly workers: number
  readonly kills: number
  readonly seed: number
  /** Hears now and then how far it is. */
  readonly progress?: (finished: number, kills: number) => void
}

export type CrashReport = {
  readonly stepUps: number
  readonly kills: number
  readonly seconds: number
  /** Requests that were never answered. */
  readonly lost: number
  readonly wrong: number
  readonly replays: number
  readonly doubles: number
  /** What did not hold; nothing else is a success. */
  readonly broke: readonly string[]
}

/** The last kill comes before the last step-up. */
const KILLS_END = 0.97
const KILL_DELAY_MS_MAX = 40
const POLL_MS = 3

/** Step-ups by the thousand while the server is killed again and again; then all that anybody was told is checked. */
export async function crash(options: CrashOptions): Promise<CrashReport> {
  const { stepUps, seed } = options
  await using opened = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-crash-'))
  opened.defer(() => rmSync(folder, { recursive: true, force: true }))
  const installation = await createInstallation(folder)
  // Whoever comes twice comes in another time step; nobody has to be waited for.
  const people = Math.max(stepUps, 100)
  importPeople(
    installation,
    Array.from({ length: people }, (_, index) => usernameOf(PREFIX, index)),
  )
  const victim = opened.use(await startVictim(installation, createDice(`victim ${seed}`)))
  const talk = opened.use(createTalk(installation, victim))
  const told = nothingTold()
  const next = createQueue(people)

  const from = performance.now()
  const workers = Array.from({ length: options.workers }, async (_, n) => {
    const work = createWorker(talk, told, createDice(`worker ${n} ${seed}`))
    while (told.finished < stepUps) await work(await next())
  })
  const killing = killAgainAndAgain(options, told, victim, createDice(`killer ${seed}`))
  await Promise.all([...workers, killing])
  const seconds = (performance.now() - from) / 1000

  const broke = whatBroke(told, installation)
  const wrong = [...told.stepUps.values()].reduce((sum, one) => sum + one.wrong, 0)
  const { finished, replays, doubles } = told
  const lost = talk.lost()
  return { stepUps: finished, kills: victim.kills(), seconds, lost, wrong, replays, doubles, broke }
}

/** Spread over the whole run, each at a moment of its own. */
async function killAgainAndAgain(
  { stepUps, kills, progress = () => {} }: CrashOptions,
  told: Told,
  victim: Victim,
  dice: Dice,
): Promise<void> {
  for (let nth = 0; nth < kills; nth++) {
    const due = (stepUps * KILLS_END * (nth + dice.below(1))) / kills
    while (told.finished < due) await wait(POLL_MS)
    await wait(dice.below(KILL_DELAY_MS_MAX))
    await victim.kill()
    progress(told.finished, victim.kills())
  }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
