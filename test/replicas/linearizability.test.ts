import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createDice, type Dice } from '../support/dice.ts'
import { createCaller, importFile, usernameOf } from '../support/load.ts'
import { type Mailbox, openMailbox } from '../support/mailbox.ts'
import { needs } from '../support/needs.ts'
import { whatBroke } from './checker.ts'
import { countsOf, gather } from './evidence.ts'
import { type Evidence, isUnheard, type Operation } from './history.ts'
import { openReplicas, type Replica, type Replicas } from './replicas.ts'
import { createVisits, type Visit } from './visit.ts'
import { type Account, createWorker } from './worker.ts'

const SEED = Number(process.env['SALLYPORT_TEST_SEED'] ?? 4)
const WORKERS = 200
const ACCOUNTS = 20
/** Whom an operator frees now and then; the last of all begin close to the cap. */
const GUESSERS = 5
const NEAR_THE_CAP = 3
const NEARLY = 45
const OPERATIONS = 8_000
/** Faults come one after another, spread over the operations. */
const KILLS = 6
const FAIL_OVER_AFTER = 0.5
const UNLOCKS = 4
const THINK_MS_MAX = 500
const AWAY_MS_MAX = 2_000
const MAIL_MS_MAX = 3_000
const SHOWN_MAX = 20

const usernames = Array.from({ length: ACCOUNTS }, (_, n) => usernameOf('p', n))

type Report = Evidence & { readonly kills: number; readonly seconds: number }

/** Everybody at once, until enough was asked and everything has happened that was to happen. */
async function trial(seed: number): Promise<Report> {
  await using opened = new AsyncDisposableStack()
  const mailbox = opened.use(await openMailbox())
  const email = { host: '127.0.0.1', port: mailbox.port, from: 'no-reply@kestrel.example' }
  const replicas = opened.use(
    await openReplicas({
      ...{ standby: true, people: people() },
      settings: { factors: ['totp', 'email'], channels: { email } },
    }),
  )
  for (const who of usernames.slice(-NEAR_THE_CAP)) await replicas.query(COUNTED, [who, NEARLY])
  const before = await countsOf(replicas)

  const from = performance.now()
  const history: Operation[] = []
  const caller = opened.use(createCaller(WORKERS * 4))
  const { issuer, provider } = replicas
  let answered = 0
  const note = (operation: Operation) => {
    history.push(operation)
    if (!isUnheard(operation)) answered++
  }
  const visits = createVisits({ issuer, caller, provider, note })
  const post = sorting(mailbox)
  const accounts = usernames.map((who, n): Account => {
    const isOwner = n >= GUESSERS && n < ACCOUNTS - NEAR_THE_CAP
    const temper = isOwner ? 'owner' : 'guesser'
    return { who, temper, lastTimeStep: 0, failures: { totp: 0, email: 0 }, mails: [] }
  })

  let isOver = false
  const workers = Array.from({ length: WORKERS }, async (_, n) => {
    const dice = createDice(`worker ${n} ${seed}`)
    const work = createWorker({ visits, dice, mailed: post.codeFor })
    const account = accounts[n % ACCOUNTS]
    assert.ok(account !== undefined)
    while (!isOver) {
      const { length } = history
      await work(account)
      // Whoever is told to come later does.
      const isAway = history.slice(length).some((one) => one.who === account.who && isUnheard(one))
      await wait(dice.below(isAway ? AWAY_MS_MAX : THINK_MS_MAX))
    }
  })
  const reached = async (part: number) => {
    while (!isOver && answered < OPERATIONS * part) await wait(20)
    return !isOver
  }
  const everybody = Promise.all(workers)
  const faults = happen(replicas, reached, createDice(`faults ${seed}`)).then(async (kills) => {
    await reached(1)
    isOver = true
    return kills
  })
  const ending = () => {
    isOver = true
    return Promise.allSettled([everybody, faults])
  }
  const [kills] = await Promise.all([faults, everybody]).finally(ending)
  const seconds = (performance.now() - from) / 1000

  const mails = accounts.flatMap((account) => account.mails)
  return { ...(await gather(replicas, { history, mails, before })), kills, seconds }
}

/** Kills now the one and now the other, both at times; in the middle the primary; and an operator frees who is paused. */
async function happen(
  replicas: Replicas,
  reached: (part: number) => Promise<boolean>,
  dice: Dice,
): Promise<number> {
  let kills = 0
  const again = async (replica: Replica | undefined) => {
    assert.ok(replica !== undefined)
    await wait(dice.below(200))
    await replica.kill()
    kills++
    await replica.start()
  }
  const { replicas: all } = replicas
  const [one, other] = all
  const unlock = async (n: number) => {
    const who = usernames[n % GUESSERS] ?? ''
    // While the database is away an operator tries again later as well.
    await replicas.sallyport('user', 'unlock', who).catch(() => {})
  }

  const due = [
    ...Array.from({ length: KILLS }, (_, n) => ({
      at: (n + dice.below(1)) / (KILLS + 1),
      async act() {
        await again(all[n % all.length])
      },
    })),
    ...Array.from({ length: UNLOCKS }, (_, n) => ({ at: (n + 1) / 5, act: () => unlock(n) })),
    {
      at: FAIL_OVER_AFTER,
      act: () => replicas.failOver(() => wait(500 + dice.below(500))),
    },
    { at: 0.9, act: () => Promise.all([again(one), again(other)]) },
  ].sort((a, b) => a.at - b.at)
  for (const { at, act } of due) {
    if (!(await reached(at))) break
    await act()
  }
  return kills
}

/** Whose mail is whose: it names what somebody signs in to. */
function sorting({ mails }: Mailbox) {
  const codes = new Map<string, string>()
  let seen = 0
  return {
    async codeFor({ purpose }: Visit): Promise<string | undefined> {
      const until = performance.now() + MAIL_MS_MAX
      for (;;) {
        for (const { text, code } of mails.slice(seen)) {
          const [, named = ''] = /^Your code for (\S+)$/m.exec(text) ?? []
          codes.set(named, code)
        }
        seen = mails.length
        const code = codes.get(purpose)
        if (code !== undefined || performance.now() > until) return code
        await wait(20)
      }
    },
  }
}

/** An OTP app and an address each. */
function people(): string {
  const [, ...rows] = importFile(usernames).trimEnd().split('\n')
  const all = rows.map((row) => `${row},${row.split(',', 1)[0]}@kestrel.example`)
  return ['username,totp,email', ...all].join('\n')
}

const COUNTED = `INSERT INTO counters (account, factor, class, total, lanes)
  SELECT account, 'totp', 'signed', $2::integer, jsonb_build_object('signed', jsonb_build_array($2::integer, NULL))
  FROM people WHERE username = $1`

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

describe('200 people and thieves over two replicas', needs('postgresql', 'haproxy'), () => {
  test(`while replicas are killed and the primary fails over: every step is one of one machine (seed ${SEED})`, async (t) => {
    const report = await trial(SEED)
    const { history, audit, mails, kills, seconds } = report
    const heard = (what: string) => history.filter((one) => one.heard === what).length
    const events = (what: string) => audit.filter(({ event }) => event.event === what).length
    const told = {
      ...{ operations: history.length, kills, mails: mails.length },
      ...{ accepted: heard('accepted'), tokens: heard('token'), wrong: heard('wrong') },
      ...{ later: heard('later'), lost: heard('lost') },
      ...{ spent: events('answer.spent'), paused: events('factor.locked'), events: audit.length },
    }
    t.diagnostic(`seed ${SEED}: ${JSON.stringify(told)} in ${seconds.toFixed(1)} s`)

    assert.deepEqual(whatBroke(report).slice(0, SHOWN_MAX), [])
    // Otherwise nothing of this was tried.
    assert.ok(history.filter((one) => !isUnheard(one)).length >= OPERATIONS && kills >= KILLS)
    for (const [what, count] of Object.entries(told)) assert.ok(count > 0, what)
    assert.ok(events('factor.unlocked') > 0)
    const replayed = audit.filter(({ event }) => 'verdict' in event && event.verdict === 'replayed')
    assert.ok(replayed.length > 0)
    assert.ok(audit.some(({ event }) => 'until' in event && event.until === 'operator'))
  })
})
