import { generateSync } from 'otplib'
import { decoded, type Page } from '../support/user-agent.ts'
import { answerByMail, goOn, type Say, signIn, startWalk, tell } from './walk.ts'
import type { DemoWorld } from './world.ts'

/** The whole path without a screen: once by email, once through setting up an OTP app, once with it. */
export async function check(world: DemoWorld, say: Say): Promise<void> {
  const [alice, bob] = world.users
  if (alice === undefined || bob === undefined) throw new Error('the demo has two users')

  say('\n1. alice, a code by email')
  const byMail = startWalk(world, say, alice)
  const asked = await signIn(byMail, '/sign-in')
  tell(say, await answerByMail(byMail, asked, { factor: 'email' }))

  say('\n2. bob sets up an OTP app, after a code by email')
  const bobs = startWalk(world, say, bob)
  const choice = await signIn(bobs, '/sign-in')
  const setUp = await answerByMail(bobs, choice, { factor: 'enrol-totp' })
  const key = keyOn(setUp)
  const confirmed = await bobs.browser.submit(setUp, 'confirm', { code: codeOf(key) })
  tell(say, await goOn(bobs, confirmed))

  say('\n3. bob, with the OTP app, where the application requires one')
  await nextStep(say)
  const again = startWalk(world, say, bob)
  const page = await signIn(again, '/sign-in?acr=mfa-app')
  const done = await again.browser.submit(page, 'answer', { code: codeOf(key) })
  tell(say, await goOn(again, done))
}

export const keyOn = (page: Pick<Page, 'body'>): string => {
  const uri = /href="(otpauth:[^"]+)"/.exec(page.body)?.[1]
  if (uri === undefined) throw new Error('the page shows no key')
  return new URL(decoded(uri)).searchParams.get('secret') ?? ''
}

const STEP_MS = 30_000
export const codeOf = (secret: string): string => generateSync({ secret })

/** A code is good once, so the next sign-in needs the next one. */
async function nextStep(say: Say): Promise<void> {
  const wait = STEP_MS - (Date.now() % STEP_MS)
  say(`   (waiting ${Math.ceil(wait / 1000)} s for the next code: each is good once)`)
  await new Promise((resolve) => setTimeout(resolve, wait + 50))
}
