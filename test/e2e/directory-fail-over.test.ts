import assert from 'node:assert/strict'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { after, before, describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { type Authority, createAuthority } from '../support/certificates.ts'
import {
  type Arrival,
  arrive,
  type Crowd,
  gather,
  goThrough,
  mailOf,
  memberOf,
} from '../support/crowd.ts'
import { sambaConfig } from '../support/directory-samba.ts'
import { slapdConfig } from '../support/directory-slapd.ts'
import { needs } from '../support/needs.ts'
import { resumeOn } from '../support/outside.ts'
import { startSamba } from '../support/samba.ts'
import { type Slapd, startSlapd } from '../support/slapd.ts'
import { until } from '../support/wire-bench.ts'

/** Step-ups that begin each second, whether or not those before them have ended. */
const RATE = 25
const MEMBERS = 3_000
/** So many lookups have asked a server and heard nothing when it is killed. */
const ASKING = 4
const SOME = 20
const RECOVERY_SECONDS_MAX = 5
const DEADLINE_SECONDS = 3
const TIMES = { connectSeconds: 2, operationSeconds: 2, deadlineSeconds: DEADLINE_SECONDS }
/** A busy machine's, for all that comes before a page besides the directory. */
const SLACK_SECONDS = 5

const entryOf = (who: string) => `dn: uid=${who},ou=people,dc=kestrel,dc=example
objectClass: inetOrgPerson
uid: ${who}
cn: ${who}
sn: Lee
mail: ${mailOf(who)}
`

describe('a server of a directory that is killed while people sign in', needs('slapd'), () => {
  let authority: Authority
  let first: Slapd
  let second: Slapd
  before(async () => {
    authority = createAuthority()
    const ldif = Array.from({ length: MEMBERS }, (_, n) => entryOf(memberOf(n))).join('\n')
    first = await startSlapd({ ldif, authority })
    second = await startSlapd({ ldif, authority })
  })
  after(async () => {
    await second[Symbol.asyncDispose]()
    await first[Symbol.asyncDispose]()
    authority[Symbol.dispose]()
  })

  const labelOf = ({ host, ports }: Slapd) => `ldaps://${host}:${ports.ldaps}`
  const openCompany = (over: Record<string, unknown> = {}) => {
    const servers = [first, second].map(labelOf)
    return openFor(slapdConfig(first, { ...TIMES, servers, ...over }))
  }

  test('costs nobody anything where there is another, and is asked again when it is back', async (t) => {
    await using app = await openCompany({ cache: { seconds: 0 } })
    using crowd = gather(app, RATE)
    await more(crowd)
    const { asking } = await killWhileAsked(app, first)
    await more(crowd)
    await first.start()
    await isBack(app, labelOf(first))
    await more(crowd)
    await second.kill()
    await more(crowd)
    await crowd.leave()
    await second.start()

    t.diagnostic(`${asking} lookups under way, ${crowd.passed.size} step-ups`)
    assert.deepEqual(refusedOf(crowd), [])
    assert.equal(crowd.passed.size, crowd.arrivals.length)
    // Nobody has noticed that the second is gone, so the first was asked.
    assert.deepEqual(toldOf(app), [`${labelOf(first)} out`, `${labelOf(first)} back`])
  })

  test('has people refused in time where it was the last, and served by itself as soon as it is back', async (t) => {
    // Nobody comes twice, so what is remembered for a minute helps nobody.
    await using app = await openCompany()
    using crowd = gather(app, RATE)
    await more(crowd)
    await first.kill()
    await more(crowd)
    const { asking, killed } = await killWhileAsked(app, second)
    const gone = performance.now()
    const cameThen = () => crowd.arrivals.filter(({ from }) => from > gone)
    await until('some came meanwhile', () => cameThen().length >= SOME)
    using stalls = watchStalls()
    await second.start()
    const returned = performance.now()
    await more(crowd)
    const stalled = stalls.longestMs()
    await first.start()
    await isBack(app, labelOf(first))
    await second.kill()
    await more(crowd)
    await crowd.leave()
    await second.start()

    const refused = refusedOf(crowd)
    const recovery = Math.max(...refused.map(({ until: at }) => at)) - returned
    const slowest = Math.max(...refused.map(({ from, until: at }) => at - from))
    const figures = {
      asking,
      refused: refused.length,
      passed: crowd.passed.size,
      recovery,
      slowest,
    }
    t.diagnostic(JSON.stringify(figures, (_, one) => (one > 0 ? Math.round(one) : one)))
    assert.ok(refused.every(({ until: at }) => at > killed))
    assert.ok(slowest < (DEADLINE_SECONDS + SLACK_SECONDS) * 1000)
    // While this process itself did not get to anything, nobody could be served.
    assert.ok(recovery < RECOVERY_SECONDS_MAX * 1000 + stalled)
    assert.deepEqual(
      cameThen().filter(({ page, until: at }) => at < returned && page.status !== 503),
      [],
    )
    await wasRefusedPlainly(app, crowd)
    for (const one of refused) await goThrough(app, one, await one.browser.get(one.page.url))
  })
})

describe('the only domain controller', needs('samba'), () => {
  test('is refused for in time when it is killed, and asked again by itself when it is back', async (t) => {
    const members = [0, 1].map((n) => memberOf(n))
    await using samba = await startSamba({ ldif: members.map(windowsEntryOf).join('\n') })
    await using app = await openFor(sambaConfig(samba, { ...TIMES, cache: { seconds: 0 } }))
    const [one = '', other = ''] = members
    await goThrough(app, await arrive(app, one))
    await samba.kill()
    for (const who of members) {
      const { page, from, until: at } = await arrive(app, who)
      assert.equal(page.status, 503)
      assert.ok(at - from < (DEADLINE_SECONDS + SLACK_SECONDS) * 1000)
    }
    using stalls = watchStalls()
    await samba.start()
    const returned = performance.now()
    const arrival = await untilServed(() => arrive(app, other))
    const recovery = arrival.until - returned
    t.diagnostic(`served ${Math.round(recovery)} ms after it was back`)
    assert.ok(recovery < RECOVERY_SECONDS_MAX * 1000 + stalls.longestMs())
    await goThrough(app, arrival)
  })
})

const windowsEntryOf = (who: string) => `dn: CN=${who},OU=People,DC=corp,DC=kestrel,DC=example
objectClass: user
sAMAccountName: ${who}
userAccountControl: 544
mail: ${mailOf(who)}
`

type Written = {
  readonly directory: Readonly<Record<string, unknown>> & { readonly name: string }
  readonly files: Readonly<Record<string, string>>
}

async function openFor({ directory, files }: Written): Promise<TestApp> {
  const client = { subject: { from: 'par', claim: 'login_hint', directories: [directory.name] } }
  const settings = { factors: ['email'], sendAtOnce: true, directories: [directory] }
  return openApp({ settings, client, files, people: 'none' })
}

const refusedOf = ({ arrivals }: Crowd): readonly Arrival[] =>
  arrivals.filter(({ page }) => page.status !== 200)

/** Some more people have a token. */
async function more({ passed }: Crowd): Promise<void> {
  const from = passed.size
  await until('some more are through', () => passed.size >= from + SOME)
}

const statsOf = ({ app }: TestApp) => [...app.remote.values()].map(({ stats }) => stats())
const askingNow = (app: TestApp) => statsOf(app).reduce((sum, { inUse }) => sum + inUse, 0)

/** Once it has been asked things that it will never answer; says how many, and when. */
async function killWhileAsked(app: TestApp, server: Slapd) {
  server.pause()
  await until('asked', () => askingNow(app) >= ASKING)
  const [asking, killed] = [askingNow(app), performance.now()]
  await server.kill()
  return { asking, killed }
}

async function isBack(app: TestApp, label: string): Promise<void> {
  using stalls = watchStalls()
  const from = performance.now()
  const servers = () => statsOf(app).flatMap((stats) => stats.servers)
  await until('back', () => servers().some((one) => one.label === label && one.isUp))
  assert.ok(performance.now() - from < RECOVERY_SECONDS_MAX * 1000 + stalls.longestMs())
}

const WORDS = new Map([
  ['a server of a directory is left alone', 'out'],
  ['a server of a directory answers again', 'back'],
])

/** What operators were told of servers. */
const toldOf = ({ logged }: TestApp): readonly string[] =>
  logged.flatMap((line) => {
    const { msg, server } = JSON.parse(line)
    const word = WORDS.get(msg)
    return word === undefined ? [] : [`${server} ${word}`]
  })

/** The page says what there is to do and nothing of what is behind it; nothing was begun that could be passed. */
async function wasRefusedPlainly(app: TestApp, crowd: Crowd): Promise<void> {
  for (const { page, browser } of refusedOf(crowd)) {
    assert.equal(page.status, 503)
    assert.match(page.title, /^We’re not available right now – /)
    assert.match(page.body, /<a class="button" href="">Try again<\/a>/)
    assert.doesNotMatch(page.body, /ldap|127\.0\.0\.1|uid=|member/)
    const left = await browser.get(resumeOn(page))
    assert.match(left.headers.get('location') ?? '', /[?&]error=temporarily_unavailable&/)
  }
  const opened = (await app.events()).filter(({ event }) => event === 'step-up.opened')
  assert.equal(opened.length, crowd.passed.size)
}

async function untilServed(ask: () => Promise<Arrival>): Promise<Arrival> {
  let last = await ask()
  await until('served', async () => {
    if (last.page.status !== 200) last = await ask()
    return last.page.status === 200
  })
  return last
}

/** How long this process, in which all but the directory is, got to nothing. */
function watchStalls(): Disposable & { longestMs(): number } {
  const delays = monitorEventLoopDelay()
  delays.enable()
  return { longestMs: () => delays.max / 1e6, [Symbol.dispose]: () => void delays.disable() }
}
