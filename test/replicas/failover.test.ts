import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createCaller, importFile, otp, seedOf, timeStepNow, usernameOf } from '../support/load.ts'
import { whatBroke } from './checker.ts'
import { countsOf, gather } from './evidence.ts'
import type { Heard, Operation, Proof } from './history.ts'
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
/** Whoever is told to come later does, for so long. */
const PATIENCE_SECONDS = 20
const AGAIN_MS = 500
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

const isUnheard = ({ heard }: Heard): boolean => heard === 'lost' || heard === 'later'

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

describe(
  `the primary is killed under ${RATE} step-ups a second, and the standby takes over`,
  HERE,
  () => {
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
      const recovered = Math.max(
        Math.min(...goneOn.map(({ endedAt }) => endedAt)),
        ...errors.map(({ endedAt }) => endedAt),
      )
      const recovery = (recovered - promoted) / 1000

      // Those whose code the next primary must have heard of from the one that is gone, and is still in its window.
      const told = history.filter(({ heard, asked }) => asked === 'answer' && heard === 'accepted')
      const lastTold = new Set(
        told.filter(({ endedAt }) => endedAt < promoted).map(({ who }) => who),
      )
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
        ...{ away: ((promoted - killed) / 1000).toFixed(1), recovery: recovery.toFixed(1) },
      }
      t.diagnostic(`${JSON.stringify(figures)} in ${seconds.toFixed(1)} s`)

      assert.deepEqual(passed.filter(Boolean), [])
      assert.ok(replayed.length > RATE, `${replayed.length} codes were still in their window`)
      const evidence = await gather(replicas, { history, mails: [], before })
      assert.deepEqual(whatBroke(evidence).slice(0, SHOWN_MAX), [])

      const early = errors.filter(({ endedAt }) => endedAt < killed)
      assert.deepEqual(early.slice(0, SHOWN_MAX), [])
      assert.ok(errors.length > 0, 'nobody heard that there was no primary')
      assert.ok(recovery <= RECOVERY_SECONDS_MAX, `errors ${recovery} s after the promotion`)
      // Who heard an answer to everything has a token; who had to ask again may have missed the only answer.
      const unheard = new Set(errors.map(({ who }) => who))
      const without = ended.filter(({ who, token }) => !token && !unheard.has(who))
      assert.deepEqual(without, [])
      const since = history.filter(({ startedAt }) => startedAt > recovered)
      assert.ok(
        since.some(({ heard }) => heard === 'token'),
        'nobody came after it was over',
      )
    })
  },
)
