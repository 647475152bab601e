import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { slapdConfig } from '../support/directory-slapd.ts'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import { needs } from '../support/needs.ts'
import { begin, pass } from '../support/passage.ts'
import { type Slapd, startSlapd } from '../support/slapd.ts'
import { createUserAgent, type Page } from '../support/user-agent.ts'

const entryOf = (uid: string) => `dn: uid=${uid},ou=people,dc=kestrel,dc=example
objectClass: inetOrgPerson
uid: ${uid}
cn: ${uid}
sn: Lee
mail: ${uid}@kestrel.example
`

const DEADLINE_SECONDS = 3
const TIMES = { connectSeconds: 2, operationSeconds: 2, deadlineSeconds: DEADLINE_SECONDS }
/** A busy machine's, with the grace that a directory has beyond its own deadline. */
const SLACK_SECONDS = 5
const LOCAL = 'li.wei'

type World = AsyncDisposable & {
  readonly app: TestApp
  readonly slapd: Slapd
  readonly proxy: FaultProxy
  ask(name: string): Promise<Page>
}

/** One server of the company, behind a way on which things happen; and our own people, of whom it knows nothing. */
async function openWorld(over: Record<string, unknown> = {}): Promise<World> {
  await using opening = new AsyncDisposableStack()
  const slapd = opening.use(await startSlapd({ ldif: ['ann', 'bob'].map(entryOf).join('\n') }))
  const { host, ports } = slapd
  const proxy = opening.use(await startFaultProxy({ host, port: ports.ldaps }))
  const servers = [`ldaps://${host}:${proxy.port}`]
  const { directory, files } = slapdConfig(slapd, { servers, cache: { seconds: 0 }, ...over })
  const directories = [
    { ...directory, ...TIMES },
    { name: 'local', type: 'local' },
  ]
  const client = { subject: { from: 'par', claim: 'login_hint', directories: ['local', 'ldap'] } }
  const app = opening.use(
    await openApp({ settings: { factors: ['email'], directories }, client, files }),
  )
  await app.app.start()
  const opened = opening.move()
  return {
    ...{ app, slapd, proxy },
    ask: async (login_hint) => (await begin(app, createUserAgent(), { login_hint })).page,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

const OUTAGES: Readonly<Record<string, (world: World) => Promise<() => Promise<void>>>> = {
  'refuses connections': async ({ proxy }) => {
    await proxy.refuse()
    return () => proxy.heal()
  },
  'takes connections and says nothing': async ({ proxy }) => {
    proxy.swallow()
    return async () => {
      await proxy.heal()
      proxy.cut()
    }
  },
  'closes every connection': async ({ proxy }) => {
    proxy.slam()
    proxy.cut()
    return () => proxy.heal()
  },
  'is paused with all that it has': async ({ slapd }) => {
    slapd.pause()
    return async () => slapd.resume()
  },
}

describe('M62 a directory that is down', needs('slapd'), () => {
  for (const [what, strike] of Object.entries(OUTAGES))
    test(`and ${what}: its people are refused in time, ours pass, and it comes back by itself`, async () => {
      await using world = await openWorld()
      const { app, ask } = world
      assert.equal((await ask('ann')).status, 200)

      const heal = await strike(world)
      try {
        for (const name of ['ann', 'ann', 'nobody.at.all']) {
          const from = performance.now()
          const page = await ask(name)
          assert.equal(page.status, 503, name)
          assert.ok(Number(page.headers.get('retry-after')) > 0)
          assert.doesNotMatch(page.body, /ldap|127\.0\.0\.1|uid=|ann@/)
          assert.ok((performance.now() - from) / 1000 < DEADLINE_SECONDS + SLACK_SECONDS)
        }
        await pass(app, createUserAgent(), { login_hint: LOCAL })
      } finally {
        await heal()
      }

      for (let look = 0; look < 100 && (await ask('ann')).status !== 200; look++)
        await new Promise((resolve) => setTimeout(resolve, 100))
      await pass(app, createUserAgent(), { login_hint: 'bob' })
      const opened = (await app.events()).filter(({ event }) => event === 'step-up.opened')
      // Nothing was opened for whom nobody could say who they are.
      assert.ok(opened.every((event) => event['account'] !== null))
    })

  test('lets whom it spoke of go on for as long as the operator says, and nobody else', async () => {
    await using world = await openWorld({ cache: { seconds: 0, outageSeconds: 60 } })
    const { app, ask, proxy } = world
    await pass(app, createUserAgent(), { login_hint: 'ann' })
    await proxy.refuse()
    await pass(app, createUserAgent(), { login_hint: 'ann' })
    for (const name of ['bob', 'nobody.at.all']) assert.equal((await ask(name)).status, 503, name)
  })

  test('that comes and goes passes nobody who was disabled meanwhile', async () => {
    await using world = await openWorld({
      attributes: { enabled: { name: 'employeeType', values: ['staff'] } },
    })
    const { ask, proxy, slapd } = world
    assert.equal((await ask('ann')).status, 200)
    await proxy.refuse()
    assert.equal((await ask('ann')).status, 503)
    slapd.modify(
      'dn: uid=ann,ou=people,dc=kestrel,dc=example\nchangetype: modify\nadd: employeeType\nemployeeType: left\n',
    )
    await proxy.heal()
    let status = 503
    for (let look = 0; look < 100 && status === 503; look++) {
      status = (await ask('ann')).status
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    assert.equal(status, 403)
  })
})
