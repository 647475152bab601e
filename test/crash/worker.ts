import type { Dice } from '../support/dice.ts'
import { otp, seedOf, timeStepNow } from '../support/load.ts'
import type { Somebody } from './people.ts'
import type { Asked, Heard, Talk } from './talk.ts'
import type { StepUpTold, Told } from './told.ts'

/** How often somebody does what. */
const MISTYPES = 0.3
const MISTYPES_TWICE = 0.3
const CLICKS_TWICE = 0.2
const HAS_TWO_TABS = 0.15
const BEGINS_ANEW = 0.5
const TRIES_AGAIN = 0.2
const REDEEMS_TWICE = 0.1
/** Fewer than a challenge takes, with what double clicks cost. */
const RETRIES_MAX = 2
const REPLAYS_MAX = 3

export type Worker = (who: Somebody) => Promise<void>

/** One sign-in of one person, with all that people, browsers and providers do when they get no answer. */
export function createWorker(talk: Talk, told: Told, dice: Dice): Worker {
  return async ({ username, timeStep }) => {
    const code = otp(seedOf(username), timeStep)
    const asked = await open(username)
    await mistype(asked, code)
    const accepted = await typeRight(asked, timeStep, code)
    if (accepted?.heard !== 'accepted') return
    await finish(accepted.asked, accepted.resume)
    if (dice.chance(TRIES_AGAIN)) await replay(username, timeStep, code)
  }

  async function open(username: string): Promise<Asked> {
    const asked = await talk.open(username)
    const none = { typed: null, wrong: 0, isAccepted: false, tokens: [] }
    told.stepUps.set(asked.id, { username, ...none })
    return asked
  }

  async function mistype(asked: Asked, code: string): Promise<void> {
    if (!dice.chance(MISTYPES)) return
    const wrong = String((Number(code) + 500_000) % 1_000_000).padStart(6, '0')
    note(asked, await talk.answer(asked, wrong))
    if (dice.chance(MISTYPES_TWICE)) note(asked, await talk.answer(asked, wrong))
  }

  /** Until some page takes it, or all of them say no, which they may only where something was lost before. */
  async function typeRight(first: Asked, timeStep: number, code: string) {
    const { username } = stepUpOf(first)
    const tabs = dice.chance(HAS_TWO_TABS) ? [first, await open(username)] : [first]
    const clicks = dice.chance(CLICKS_TWICE) ? [...tabs, ...tabs] : tabs
    if (clicks.length > 1) told.doubles++
    const heard = await Promise.all(clicks.map((tab) => type(tab, timeStep, code)))
    const accepted = heard.find((one) => one.heard === 'accepted')
    if (accepted !== undefined) return accepted
    // After a long wait it may be out of date.
    if (heard.every((one) => one.heard !== 'lost') && timeStepNow() <= timeStep + 1)
      told.odd.push(`${first.id}: a right code was ${heard.map((one) => one.heard)}`)

    // Somebody who signs in anew with the code that is still shown, and then finds the first tab again.
    const all = dice.chance(BEGINS_ANEW) ? [await open(username), ...tabs] : tabs
    const retyped = []
    for (const tab of all) retyped.push(await retype(tab, timeStep, code))
    return retyped.find((one) => one.heard === 'accepted')
  }

  async function retype(asked: Asked, timeStep: number, code: string) {
    let heard = await type(asked, timeStep, code)
    for (let retry = 1; retry < RETRIES_MAX && heard.heard === 'lost'; retry++)
      heard = await type(asked, timeStep, code)
    return heard
  }

  async function type(asked: Asked, timeStep: number, code: string) {
    stepUpOf(asked).typed = timeStep
    return { ...note(asked, await talk.answer(asked, code)), asked }
  }

  async function finish(asked: Asked, resume: string): Promise<void> {
    const code = await talk.fetchCode(asked, resume)
    if (code === undefined) return
    const isDouble = dice.chance(REDEEMS_TWICE)
    for (let isLost = true; isLost; ) {
      const tries = Array.from({ length: isDouble ? 2 : 1 }, () => talk.redeem(asked, code))
      const all = await Promise.all(tries)
      for (const one of all)
        if (one !== 'lost' && one.status === 200) stepUpOf(asked).tokens.push(one.idToken)
      isLost = all.every((one) => one === 'lost')
    }
    if (stepUpOf(asked).tokens.length > 0) told.finished++
  }

  /** The code that was good already, and as often as not once more. */
  async function replay(username: string, timeStep: number, code: string): Promise<void> {
    const asked = await open(username)
    do {
      told.replays++
      await type(asked, timeStep, code)
    } while (dice.chance(1 / 2) && stepUpOf(asked).wrong < REPLAYS_MAX)
  }

  function note(asked: Asked, heard: Heard): Heard {
    const stepUp = stepUpOf(asked)
    if (heard.heard === 'wrong') stepUp.wrong++
    if (heard.heard === 'accepted') stepUp.isAccepted = true
    return heard
  }

  function stepUpOf({ id }: Asked): StepUpTold {
    const stepUp = told.stepUps.get(id)
    if (stepUp === undefined) throw new Error(`${id} was never opened`)
    return stepUp
  }
}
