import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createCaller, importFile, otp, seedOf, timeStepNow, usernameOf } from '../support/load.ts'
import { whatBroke } from './checker.ts'
import { countsOf, gather } from './evidence.ts'
import { type Heard, isUnheard, type Operation, type Proof } from './history.ts'
import { HERE } from './pair.ts'
import { openReplicas } from './replicas.ts'
import { createVisits, type Visits } from './visit.ts'

/** Step-ups that begin each second, whether or not those before them have ended. */
const RATE = 50
const BEFORE_SECONDS = 8
/** Longer than any operation may wait, so that people do hear of it. */
const AWAY_SECONDS = 7
const AFTER_SECONDS = 13
const RECOVERY_SECONDS_MAX = 10
/** Whoever is told to come later does, for so long, and sooner than they are told to. */
const PATIENCE_SECONDS = 20
const AGAIN_MS = 2_000
/** A step-up takes a tenth of it where the machine has time for the load. */
const CARRIED_SECONDS = 1
const SHOWN_MAX = 20

const people = Array.from(
  { length: RATE * (BEFORE_SECONDS + AWAY_SECONDS + AFTER_SECONDS) },
  (_, n) => usernameOf('p', n),
)

type AppProof = Extract<Proof, { of: 'app' }>
type Ended = { readonly who: string; readonly proof: AppProof; readonly token: boolean }

/** A person with an OTP app, from the pushed request to the ID token, patiently. */
async function signIn(visits: Visits, who: string): Promise<Ended> {
  const until = performance.now() + PATIENCE_SECONDS * 1000
  const patiently = async (ask: () => Promise<Heard>) => {
    let heard = await ask()
    while (isUnheard(heard) && performance.now() < until) {
      await wait(AGAIN_MS)
      heard = await ask()
    }
    return heard
  }

  let visit = await visits.open(who)
  while (visit === undefined && performance.now() < until) {
    await wait(AGAIN_MS)
    visit = await visits.open(who)
  }
  const timeStep = timeStepNow()
  const proof: AppProof = { of: 'app', who, timeStep }
  if (visit === undefined) return { who, proof, token: false }
  const { answer, resume, redeem } = visit
  await patiently(() => answer('totp', otp(seedOf(who), timeStep), proof))
  if (!visit.isAccepted()) return { who, proof, token: false }
  const end = await patiently(resume)
  const told = end.heard === 'code' ? await patiently(() => redeem(end.code)) : end
  return { who, proof, token: told.heard === 'token' }
}

/** Types a code that was good once in another step-up. */
async function replay(visits: Visits, { who, proof }: Ended): Promise<boolean> {
  const visit = await visits.open(who)
  await visit?.answer('totp', otp(seedOf(who), proof.timeStep), proof)
  return visit?.isAccepted() ?? false
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** How long half of the step-ups took at most that were over by then. */
function medianSeconds(history: readonly Operation[], until: number): number {
  const opened = new Map<string, number>()
  const took: number[] = []
  for (const { who, asked, heard, startedAt, endedAt } of history) {
    if (asked === 'open' && !opened.has(who)) opened.set(who, startedAt)
    const since = opened.get(who)
    if (heard === 'token' && endedAt < until && since !== undefined)
      took.push((endedAt - since) / 1000)
  }
  return took.sort((a, b) => a - b)[Math.floor(took.length / 2)] ?? Number.POSITIVE_INFINITY
}

describe('M61: the primary is killed under many step-ups, and the standby takes over', HERE, () => {
  test('no code passes twice, nothing acknowledged is lost, and it ends by itself', async (t) => {
    await using replicas = await openReplicas({ standby: true, people: importFile(people) })
    const before = await countsOf(replicas)
    using caller = createCaller(RATE * PATIENCE_SECONDS)
    const history: Operation[] = []
    const { issuer, provider } = replicas
    const visits = createVisits({ issuer, caller, provider, note: (one) => history.push(one) })

    const from = performance.now()
    const everybody = people.map(async (who, n) => {
      await wait((n * 1000) / RATE)
      return signIn(visits, who)
    })
    const load = Promise.all(everybody)
    await Promise.race([load, wait(BEFORE_SECONDS * 1000)])
    const killed = performance.now()
    await replicas.failOver(() => Promise.race([load, wait(AWAY_SECONDS * 1000)]))
    const promoted = performance.now()
    const ended = await load
    const seconds = (performance.now() - from) / 1000
    const errors = history.filter(isUnheard)
    const goneOn = history.filter(({ heard, endedAt }) => heard === 'token' && endedAt > promoted)
    const first = Math.min(...goneOn.map(({ endedAt }) => endedAt))
    const recovered = Math.max(first, ...errors.map(({ endedAt }) => endedAt))
    const recovery = (recovered - promoted) / 1000
    const median = medianSeconds(history, killed)

    // Those whose code the next primary must have heard of from the one that is gone, and is still in its window.
    const told = history.filter(({ heard, asked }) => asked === 'answer' && heard === 'accepted')
    const lastTold = new Set(told.filter(({ endedAt }) => endedAt < promoted).map(({ who }) => who))
    const isGood = ({ proof }: Ended) => timeStepNow() - proof.timeStep <= 1
    const replayed = ended.filter((one) => lastTold.has(one.who) && isGood(one))
    const passed = await Promise.all(
      replayed.map(async (one, n) => {
        await wait((n * 1000) / RATE)
        return replay(visits, one)
      }),
    )
    const figures = {
      ...{ stepUps: people.length, tokens: ended.filter(({ token }) => token).length },
      ...{ errors: errors.length, replayed: replayed.length },
      ...{ firstToken: ((first - promoted) / 1000).toFixed(1), median: median.toFixed(2) },
      ...{ away: ((promoted - killed) / 1000).toFixed(1), recovery: recovery.toFixed(1) },
    }
    t.diagnostic(`${JSON.stringify(figures)} in ${seconds.toFixed(1)} s`)

    assert.deepEqual(passed.filter(Boolean), [])
    assert.ok(replayed.length > RATE, `${replayed.length} codes were still in their window`)
    const evidence = await gather(replicas, { history, mails: [], before })
    assert.deepEqual(whatBroke(evidence).slice(0, SHOWN_MAX), [])

    assert.ok(errors.length > 0, 'nobody heard that there was no primary')
    assert.ok(first - promoted <= RECOVERY_SECONDS_MAX * 1000, 'it did not end by itself')
    // Who heard an answer to everything has a token; who had to ask again may have missed the only answer.
    const unheard = new Set(errors.map(({ who }) => who))
    const without = ended.filter(({ who, token }) => !token && !unheard.has(who))
    assert.deepEqual(without, [])

    // Where other work keeps the machine from carrying the load, errors are not for want of a primary.
    if (median > CARRIED_SECONDS)
      return t.diagnostic(
        `this machine does not carry ${RATE} a second: what came late is not judged`,
      )
    const early = errors.filter(({ endedAt }) => endedAt < killed)
    assert.deepEqual(early.slice(0, SHOWN_MAX), [])
    assert.ok(recovery <= RECOVERY_SECONDS_MAX, `errors ${recovery} s after the promotion`)
    const since = history.filter(({ startedAt }) => startedAt > recovered)
    assert.ok(
      since.some(({ heard }) => heard === 'token'),
      'nobody came after it was over',
    )
  })
})
