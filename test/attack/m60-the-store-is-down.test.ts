import assert from 'node:assert/strict'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { judgements, ONLY_EMAIL, post } from '../support/attack.ts'
import { needs } from '../support/needs.ts'
import { OUTAGES, writers } from '../support/outages.ts'
import { begin, codeFrom, pass } from '../support/passage.ts'
import { underWay } from '../support/under-way.ts'
import { createUserAgent } from '../support/user-agent.ts'

/** What the threat model promises, and a second for a slow machine. */
const DEADLINE_MS = 3_000 + 1_000

/** The writes of a step-up by email, in turn. */
const OPERATIONS = [
  ...(['requests.push', 'stepUps.open', 'stepUps.replace'] as const),
  ...(['stepUps.spend', 'stepUps.settle', 'requests.issue', 'requests.redeem'] as const),
]

const rightNow = (app: TestApp) => ({ code: app.mailbox.last().code })

const readiness = async (app: TestApp) => (await fetch(`${app.managementUrl}/health/ready`)).text()
const [UP, DOWN] = [/"Store","status":"UP"/, /"Store","status":"DOWN"/]

/** Nobody tells when the store is back; it says so itself. */
async function comesBack(app: TestApp): Promise<void> {
  for (let look = 0; look < 400; look++) {
    if ((await app.app.store.health()) === 'up') return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  assert.fail('never came back')
}

async function count(app: TestApp, wanted: string): Promise<number> {
  return (await app.events()).filter(({ event }) => event === wanted).length
}

describe('M60 a store that is down', () => {
  for (const [what, { strike, tool, isLate }] of Object.entries(OUTAGES))
    test(
      `grants nothing, says so in time, and serves again by itself: ${what}`,
      needs(...(tool ? [tool] : [])),
      async () => {
        await using app = await openApp(ONLY_EMAIL)
        await app.people.add('test', { username: 'ann', emails: ['ann@kestrel.example'] })
        const { asking, answer, redeem } = await underWay(app)
        const satisfied = await count(app, 'step-up.satisfied')
        assert.match(await readiness(app), UP)

        const heal = strike(join(app.folder, 'sallyport.db'))
        try {
          const all = Object.entries(asking).map(async ([name, ask]) => {
            const from = performance.now()
            const answered = await ask()
            const took = performance.now() - from
            const body = await answered.text()
            assert.equal(answered.status, 503, `${name} ${body}`)
            assert.ok(Number(answered.headers.get('retry-after')) > 0, name)
            assert.doesNotMatch(body, /id_token|[?&]code=|request_uri|SQLITE|sallyport\.db/, name)
            assert.ok(took < DEADLINE_MS, `${name} took ${took} ms`)
          })
          await Promise.all(all)
          assert.match(await readiness(app), DOWN)
          assert.equal((await fetch(`${app.managementUrl}/health/live`)).status, 200)
        } finally {
          heal()
        }

        await comesBack(app)
        assert.match(await readiness(app), UP)
        assert.equal(await count(app, 'step-up.satisfied'), satisfied)
        assert.equal((await answer()).status, 303)
        // What was committed after its caller had given up is used up all the same; else it is still good, once.
        const late = await count(app, 'authorization-code.redeemed')
        assert.ok(late === 0 || isLate)
        const tokens = [await redeem(), await redeem()].map(({ status }) => status)
        assert.deepEqual(tokens, [late === 0 ? 200 : 400, 400])
        assert.equal(await count(app, 'authorization-code.redeemed'), 1)
        app.clock.advance(31)
        await pass(app)
      },
    )

  test('refuses what is malformed as ever, and never takes it for its own mistake', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, page } = await begin(app)
    writers.set({ mood: 'dead' })
    try {
      const bad = await Promise.all([
        app.party.push({ client_assertion: 'a.b.c' }),
        app.party.push({ login_hint: undefined, redirect_uri: 'https://evil.example' }),
        fetch(`${app.issuer}/token`, { method: 'POST', body: 'a=1&a=2' }),
        fetch(`${app.issuer}/authorize?client_id=nobody`, { redirect: 'manual' }),
        post(browser, page, 'answer', { proof: 'x', code: app.mailbox.last().code }),
        createUserAgent().get(`${page.url}x`),
      ])
      for (const { status } of bad) assert.ok(status === 503 || (status >= 400 && status < 500))
      assert.equal(bad.filter(({ status }) => status === 503).length <= 1, true)
    } finally {
      writers.set({ mood: 'well' })
    }
    await comesBack(app)
    assert.equal((await post(browser, page, 'answer', rightNow(app))).status, 303)
  })

  test('reads again although its file was away at the moment when its writer came back', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const file = join(app.folder, 'sallyport.db')
    const { browser, page } = await begin(app)
    writers.set({
      mood: 'reborn',
      ready() {
        renameSync(file, `${file}.away`)
        setImmediate(() => renameSync(`${file}.away`, file))
      },
    })
    assert.equal(await app.app.store.health(), 'down')
    await comesBack(app)
    assert.equal((await post(browser, page, 'answer', rightNow(app))).status, 303)
  })

  for (const at of OPERATIONS)
    for (const when of ['before', 'after'] as const)
      test(`loses its writer ${when} ${at} and takes nothing twice when it is asked again`, async () => {
        await using app = await openApp(ONLY_EMAIL)
        writers.set({ mood: 'dying', at, when })
        /** A client that tries once more. */
        const insist = async <T extends { readonly status: number }>(ask: () => Promise<T>) => {
          const first = await ask()
          if (first.status !== 503) return first
          await comesBack(app)
          return ask()
        }
        const browser = createUserAgent()
        const pushed = await insist(() => app.party.push())
        const asking = await insist(() => browser.follow(app.party.authorizeUrl(pushed)))
        // Where the message was claimed and never sent, the person asks for it again.
        const isUnsent = app.mailbox.mails.length === 0
        if (isUnsent) app.clock.advance(31)
        const page = isUnsent ? await browser.submit(asking, 'resend') : asking
        const answered = await insist(() => post(browser, page, 'answer', rightNow(app)))
        assert.equal(answered.status, 303)
        const resume = new URL(answered.headers.get('location') ?? '', page.forms[0]?.url).href
        const end = await insist(() => browser.get(resume))
        const code = codeFrom(end, app.party.redirectUri, pushed)
        const token = await insist(() => app.party.redeem(pushed, code))
        assert.equal(token.status, at === 'requests.redeem' && when === 'after' ? 400 : 200)

        assert.equal(app.mailbox.mails.length, 1)
        assert.equal(await judgements(app, 'accepted'), 1)
        for (const once of ['opened', 'satisfied'])
          assert.equal(await count(app, `step-up.${once}`), 1, once)
        for (const once of ['issued', 'redeemed'])
          assert.equal(await count(app, `authorization-code.${once}`), 1, once)
      })
})
