import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { command, importPeople } from '../bench/installation.ts'
import { otherThan } from '../support/attack.ts'
import { type Crashing, openCrashing } from '../support/crashing.ts'
import { otp, seedOf, timeStepNow } from '../support/load.ts'
import { openMailbox } from '../support/mailbox.ts'
import { type Ended, startTrip, type Trip, travel } from '../support/trip.ts'
import { formHead, openWire } from '../support/wire.ts'

/** Pushed, step-up opened; a wrong answer spent and judged; the right one too; code issued, code redeemed. */
const OTP_COMMITS = 8
/** Pushed, step-up opened; code claimed, sent; spent, judged; enrolled; code issued, code redeemed. */
const ENROLMENT_COMMITS = 9

const deaths = (commits: number) =>
  ['before', 'after'].flatMap((when) =>
    Array.from({ length: commits }, (_, n) => ({ when, at: n + 1 })),
  )

const nameOf = ({ when, at }: { readonly when: string; readonly at: number }) => `p-${when}-${at}`

const countOf = (crashing: Crashing, who: string, event: string, verdict?: string): number =>
  crashing
    .eventsOf(who)
    .filter(
      (one) =>
        one.event === event &&
        (verdict === undefined || ('verdict' in one && one.verdict === verdict)),
    ).length

/** Somebody else's browser at the same provider, who read the code over a shoulder. */
async function tryAgain(crashing: Crashing, who: string, code: string): Promise<void> {
  const again = startTrip(who)
  const pushed = await crashing.party.push({ login_hint: who })
  let page = await again.browser.follow(crashing.party.authorizeUrl(pushed))
  if (page.forms.every(({ action }) => action !== 'answer'))
    page = await again.browser.submit(page, 'choose', { factor: 'totp' })
  const answered = await again.browser.submit(page, 'answer', { code })
  assert.equal(answered.status, 422, `${who}: ${answered.title}`)
}

/** Goes on; anew where the first page got lost, and with it the cookie of somebody who was never here before. */
async function again(...given: Parameters<typeof travel>): Promise<Ended> {
  const [trip] = given
  const ended = await travel(...given)
  const isLost = trip.who === 'p-after-2'
  assert.equal(ended === 'elsewhere', isLost, trip.who)
  if (!isLost) return ended
  trip.pushed = null
  return travel(...given)
}

/** What has to be true of the file at any moment. */
function assertNothingHalf(crashing: Crashing, trip: Trip): void {
  const { who } = trip
  const events = crashing.eventsOf(who)
  const lastGood = events.findLastIndex((one) => 'verdict' in one && one.verdict === 'accepted')
  const failures = events.slice(lastGood + 1).filter(({ event }) => event === 'answer.spent').length
  const account = '(SELECT account FROM people WHERE username = ?)'
  const [counted] = crashing.all<{ n: number }>(
    `SELECT coalesce(sum(failures), 0) AS n FROM counters WHERE account = ${account}`,
    who,
  )
  assert.equal(counted?.n, failures, `${who}: every answer since the last good one is counted`)
  assert.ok(countOf(crashing, who, 'answer.judged', 'rejected') >= trip.toldWrong, who)

  const enrolled = crashing.all<{ at: number; part: number | null }>(
    `SELECT at, part FROM enrolments LEFT JOIN consumed ON source = id WHERE account = ${account}`,
    who,
  )
  for (const { part } of enrolled) assert.ok(part !== null, `${who}: an OTP app without its code`)
  const told = events.filter(({ event }) => /^factor\.(enrolled|imported)$/.test(event)).length
  assert.equal(enrolled.length, told, who)
  assert.equal(
    crashing.all(`SELECT 1 FROM step_ups WHERE state = 'satisfied' AND account = ${account}`, who)
      .length,
    countOf(crashing, who, 'step-up.satisfied'),
    who,
  )
}

async function refusesConnections(url: string): Promise<void> {
  const isOpen = () =>
    openWire(url).then(
      (wire) => wire[Symbol.dispose]() === undefined,
      () => false,
    )
  while (await isOpen()) await new Promise((resolve) => setTimeout(resolve, 10))
}

/** Until nothing waits for the sealer, and nothing is missing or broken. */
function assertWhole({ installation: { config } }: Crashing): void {
  for (let look = 0; look < 60; look++) {
    const said = command('audit', 'verify', '--config', config)
    assert.match(said, /^The chain is whole/)
    if (/ 0 events not yet sealed/.test(said)) return
  }
  assert.fail('what happened is not sealed')
}

describe('M64 killed at any point of a step-up', { concurrency: true }, () => {
  test('takes no code twice, loses no count and lets everybody go on: an OTP app', async () => {
    await using crashing = await openCrashing('factors: [totp]\nfirstEnrolment: open')
    const { party, installation } = crashing
    const all = deaths(OTP_COMMITS)
    importPeople(installation, [...all.map(nameOf), 'last'])

    let before: Trip | undefined
    for (const death of [...all, undefined]) {
      await crashing.restart()
      if (before !== undefined) await goOn(before)
      if (death === undefined) break
      const who = nameOf(death)
      const right = otp(seedOf(who), timeStepNow())
      before = startTrip(who, [() => otherThan(right), () => right])
      crashing.order(`${death.when} ${death.at} step-up`)
      assert.equal(await travel(before, party), 'lost', who)
      await crashing.died()
    }

    async function goOn(trip: Trip) {
      const { who, answers } = trip
      assertNothingHalf(crashing, trip)
      assert.equal(await again(trip, party), 'done', who)
      // Only where the answer to the client got lost it has to begin anew.
      const isLost = who === `p-after-${OTP_COMMITS}`
      assert.deepEqual(trip.redeemed, [isLost ? 400 : 200], who)
      await tryAgain(crashing, who, answers.at(-1)?.() ?? '')
      assertNothingHalf(crashing, trip)
      assert.equal(countOf(crashing, who, 'answer.judged', 'accepted'), 1, who)
      assert.equal(countOf(crashing, who, 'authorization-code.issued'), 1, who)
      assert.equal(countOf(crashing, who, 'authorization-code.redeemed'), 1, who)
    }

    // There was no other commit to die at.
    crashing.order(`before ${OTP_COMMITS + 1} step-up`)
    const right = otp(seedOf('last'), timeStepNow())
    const last = startTrip('last', [() => otherThan(right), () => right])
    assert.equal(await travel(last, party), 'done')
    assert.ok(crashing.lives())

    // A server takes one order in its life.
    await crashing.restart()
    for (const when of ['before', 'after']) {
      crashing.order(`${when} 1 audit_links`)
      // Something to seal, in case there is nothing left; it may be cut off.
      await tryAgain(crashing, 'last', right).catch(() => {})
      await crashing.died()
      await crashing.restart()
    }
    assertWhole(crashing)
    assert.ok(crashing.lives())
  })

  test('leaves no factor half enrolled and sends no second message: by email', async () => {
    await using mailbox = await openMailbox()
    await using crashing = await openCrashing(`
factors: [totp, email]
channels: { email: { host: 127.0.0.1, port: ${mailbox.port}, from: no-reply@kestrel.example } }`)
    const { party, installation } = crashing
    const all = deaths(ENROLMENT_COMMITS)
    const people = join(installation.folder, 'contacts.csv')
    const names = [...all.map(nameOf), 'last']
    const rows = names.map((name) => `${name},${name}@kestrel.example`)
    writeFileSync(people, ['username,email', ...rows].join('\n'))
    command('user', 'import', people, '--config', installation.config)
    const mailsTo = (who: string) =>
      mailbox.mails.filter(({ to }) => to === `${who}@kestrel.example`)
    const mailed = (who: string) => mailsTo(who)[0]?.code

    let before: Trip | undefined
    for (const death of [...all, undefined]) {
      await crashing.restart()
      if (before !== undefined) await goOn(before)
      if (death === undefined) break
      before = startTrip(nameOf(death))
      crashing.order(`${death.when} ${death.at} step-up`)
      assert.equal(await travel(before, party, mailed), 'lost', before.who)
      await crashing.died()
    }

    async function goOn(trip: Trip) {
      const { who } = trip
      assertNothingHalf(crashing, trip)
      const ended = await again(trip, party, mailed)
      assertNothingHalf(crashing, trip)
      // Between claiming a message and sending it there is one too few, never one too many.
      const isUnsent = who === 'p-after-3'
      assert.deepEqual([ended, mailsTo(who).length], isUnsent ? ['unsent', 0] : ['done', 1], who)
      const once = isUnsent ? 0 : 1
      assert.equal(countOf(crashing, who, 'answer.judged', 'accepted'), once, who)
      assert.equal(countOf(crashing, who, 'factor.enrolled'), once, who)
      assert.equal(countOf(crashing, who, 'authorization-code.redeemed'), once, who)
      if (isUnsent) return
      const isLost = who === `p-after-${ENROLMENT_COMMITS}`
      assert.deepEqual(trip.redeemed, [isLost ? 400 : 200], who)
      await tryAgain(crashing, who, trip.setUp?.code ?? '')
    }

    crashing.order(`before ${ENROLMENT_COMMITS + 1} step-up`)
    assert.equal(await travel(startTrip('last'), party, mailed), 'done')
    assert.ok(crashing.lives())
    assertWhole(crashing)
  })

  test('finds every write whole or not at all: each is one commit, and is answered after it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-writes-'))
    try {
      const { pathname: killer } = new URL('../support/kill-at-commit.ts', import.meta.url)
      const { pathname: writes } = new URL('../contract/every-write.ts', import.meta.url)
      const words = ['--import', killer, writes, join(folder, 'sallyport.db')]
      const ran = spawnSync(process.execPath, words, { encoding: 'utf8' })
      assert.equal(ran.status, 0, ran.stderr)
      const [, ...operations] = ran.stdout.split('ASKED ')
      assert.ok(operations.length >= 25, `${operations.length} operations`)
      for (const said of operations) {
        const [name, ...lines] = said.trim().split('\n')
        assert.match(lines.slice(0, 2).join(' '), /^COMMITTED ANSWERED/, name)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('ends what is under way before it goes, where it is asked to go', async () => {
    await using crashing = await openCrashing('factors: [totp]\nfirstEnrolment: open')
    const { installation } = crashing
    importPeople(installation, ['last'])
    await crashing.restart()
    using wire = await openWire(installation.issuer, formHead('/par', 'Content-Length: 8'))
    wire.write('a=1&')
    const stopped = crashing.stop()
    await refusesConnections(installation.issuer)
    wire.write('b=2&')
    assert.equal(await wire.status(), 401)
    // Nobody is told to send more on a connection that is about to end.
    assert.match(await wire.closed(), /^Connection: close\r$/m)
    await stopped
  })
})
