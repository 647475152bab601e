import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { later } from '../../src/kernel/index.ts'
import { createInstallation, serve } from '../bench/installation.ts'
import { pass } from '../support/passage.ts'
import { openServed, type Served } from '../support/served.ts'
import { createUserAgent, type Page } from '../support/user-agent.ts'
import { formHead, openWire } from '../support/wire.ts'
import { NOON } from '../support/world.ts'

/** Somebody opens a step-up, whose page waits for the message; settles when that is on its way. */
async function asking(served: Served): Promise<{ readonly page: Promise<Page> }> {
  const pushed = await served.party.push()
  const browser = createUserAgent()
  // At the page that claims the message and then sends it.
  const page = browser.follow(served.party.authorizeUrl(pushed))
  await isSending(served)
  return { page }
}

async function isSending(served: Served): Promise<void> {
  for (let look = 0; look < 400; look++) {
    if (served.mailbox.begun() > 0) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail('no message was sent')
}

/** Outcomes of messages, as the audit has them. */
async function sent(served: Served): Promise<readonly unknown[]> {
  await using store = await served.another()
  const kept = [...(await store.audit.sealed(0, 1000)), ...(await store.audit.unsealed(1000))]
  const events = kept.map(({ text }) => JSON.parse(text))
  return events.filter(({ event }) => event === 'code.sent').map(({ outcome }) => outcome)
}

const says = (served: Served, message: string) => served.logged.filter(({ msg }) => msg === message)

describe('a stop', () => {
  test('answers whoever waits for a message that is being sent, and keeps what became of it', async () => {
    await using served = await openServed({ graceSeconds: 8 })
    served.mailbox.set('slow')
    const { page } = await asking(served)
    await served.close()
    const { status, forms } = await page
    assert.deepEqual([status, forms.some(({ action }) => action === 'answer')], [200, true])
    assert.deepEqual([await sent(served), served.mailbox.mails.length], [['accepted'], 1])
    assert.deepEqual(says(served, 'messages were cut off'), [])
    assert.deepEqual(says(served, 'requests were cut off'), [])
    assert.equal(says(served, 'stopped').length, 1)
  })

  test('cuts off a message that takes too long, says so, and answers whoever waits for it', async () => {
    await using served = await openServed({ graceSeconds: 2 })
    served.mailbox.set('hang')
    const { page } = await asking(served)
    const from = performance.now()
    await served.close()
    assert.ok(performance.now() - from < 5_000)
    const { status, forms } = await page
    assert.ok(status < 500)
    assert.ok(forms.some(({ action }) => action === 'retry' || action === 'resend'))
    assert.deepEqual(await sent(served), ['failed'])
    assert.deepEqual(
      says(served, 'messages were cut off').map(({ messages }) => messages),
      [1],
    )
    assert.deepEqual(says(served, 'requests were cut off'), [])
  })

  test('waits for a message also where the browser that asked for it is gone', async () => {
    await using served = await openServed({ graceSeconds: 8 })
    served.mailbox.set('slow')
    const gone = new AbortController()
    const pushed = await served.party.push()
    const hop = await fetch(served.party.authorizeUrl(pushed), { redirect: 'manual' })
    const next = new URL(hop.headers.get('location') ?? '', served.issuer)
    const asked = fetch(next, { signal: gone.signal })
    await isSending(served)
    gone.abort()
    await assert.rejects(asked)
    await served.close()
    assert.deepEqual(await sent(served), ['accepted'])
    assert.deepEqual(says(served, 'messages were cut off'), [])
  })

  test('lets a slow request end, and takes no new connection', async () => {
    await using served = await openServed({ graceSeconds: 8 })
    using wire = await openWire(served.issuer, formHead('/par', 'Content-Length: 3'))
    await isHeard()
    const closing = served.close()
    await isHeard()
    await assert.rejects(fetch(`${served.issuer}/jwks`))
    wire.write('a=b')
    const said = await wire.closed()
    assert.match(said, /^HTTP\/1\.1 4\d\d /)
    assert.match(said, /\r\nConnection: close\r\n/i)
    await closing
    assert.deepEqual(says(served, 'requests were cut off'), [])
  })

  test('cuts off a request that is slower than that, and says so', async () => {
    await using served = await openServed({ graceSeconds: 1 })
    using wire = await openWire(served.issuer, formHead('/par', 'Content-Length: 3'))
    await isHeard()
    const from = performance.now()
    await served.close()
    assert.ok(performance.now() - from < 4_000)
    assert.equal(await wire.closed(), '')
    assert.deepEqual(
      says(served, 'requests were cut off').map(({ requestsCut }) => requestsCut),
      [1],
    )
  })

  test('leaves every lease to others at once', async () => {
    await using served = await openServed()
    await pass(served)
    await using other = await served.another()
    const names = ['sealer', 'sweeper', 'key-maker', 'notifier']
    const claims = () =>
      Promise.all(names.map((name) => other.leases.claim(name, 'other', NOON, later(NOON, 7))))
    assert.deepEqual(
      await claims(),
      names.map(() => 'taken'),
    )
    await served.close()
    assert.deepEqual(
      await claims(),
      names.map(() => 'held'),
    )
  })

  test('cuts off a notice that takes too long, begins no other, and leaves them to who comes next', async () => {
    await using served = await openServed({ graceSeconds: 8 })
    await using other = await served.another()
    served.mailbox.set('hang')
    const person = await other.people.find('local', { nameKey: 'li.wei' })
    assert.ok(person !== undefined)
    const { account } = person
    const by = { at: NOON, actor: 'operator:desk' } as const
    const told = { event: 'person.changed', account, fields: ['emails'], ...by } as const
    const emails = ['new@kestrel.example']
    assert.equal(await other.people.set({ ...person, emails }, [told], by), 'set')
    await isSending(served)
    const from = performance.now()
    await served.close()
    assert.ok(performance.now() - from < 4_000)
    assert.equal(says(served, 'not closed in time').length, 0)
    const [notice] = await other.notices.due(later(NOON, 60), 10)
    assert.deepEqual([notice?.tries, notice?.remaining], [1, ['li.wei@kestrel.example', ...emails]])
  })

  test('answers metrics and health until requests have ended', async () => {
    await using served = await openServed({ graceSeconds: 8 })
    served.mailbox.set('slow')
    const { page } = await asking(served)
    const closing = served.close()
    const ready = await fetch(`${served.managementUrl}/health/ready`)
    assert.equal(ready.status, 503)
    assert.match(await ready.text(), /"Serving","status":"DOWN"/)
    assert.equal((await fetch(`${served.managementUrl}/health/live`)).status, 200)
    assert.equal((await fetch(`${served.managementUrl}/metrics`)).status, 200)
    await Promise.all([page, closing])
    await assert.rejects(fetch(`${served.managementUrl}/health/live`))
  })
})

describe('a second signal', () => {
  test('ends at once what still waits, whichever the first one was', async () => {
    await using opening = new AsyncDisposableStack()
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-signals-'))
    opening.defer(() => rmSync(folder, { recursive: true, force: true }))
    const installation = await createInstallation(folder)
    const { child, stop } = await serve(installation)
    opening.defer(stop)
    using wire = await openWire(installation.origin, formHead('/par', 'Content-Length: 3'))
    await isHeard()
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    await new Promise((resolve) => setTimeout(resolve, 500))
    assert.equal(child.exitCode, null)
    const from = performance.now()
    child.kill('SIGINT')
    assert.deepEqual(await gone, [null, 'SIGINT'])
    assert.ok(performance.now() - from < 2_000)
    assert.equal(await wire.closed(), '')
  })
})

/** What was written is read at the next turns of the loop, over loopback. */
const isHeard = () => new Promise((resolve) => setTimeout(resolve, 100))
