import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { instantOf } from '../../src/kernel/index.ts'
import type { TestApp } from '../support/app.ts'
import { SEED } from '../support/attack.ts'
import { type Mailbox, openMailbox } from '../support/mailbox.ts'
import { needs } from '../support/needs.ts'
import { type Forwarder, openForwarder } from './forwarder.ts'
import { openReplicas, type Replicas, type ReplicasOptions } from './replicas.ts'

export const HERE = needs('postgresql', 'haproxy')

/** Two replicas, and whoever talks to them has each request heard by another one than the request before. */
export type Pair = AsyncDisposable &
  Omit<Replicas, 'party'> & {
    readonly forwarder: Forwarder
    readonly mailbox: Mailbox
    /** As the helpers of the attack tests take it; of its audit only what is about this person. */
    of(username: string): Seen
  }

export type Seen = Pick<TestApp, 'issuer' | 'party' | 'mailbox' | 'events'> & {
  readonly clock: { now: TestApp['clock']['now'] }
}

type PairOptions = Pick<ReplicasOptions, 'nodeOptions'> & {
  readonly factors: readonly ('totp' | 'email')[]
  /** They have the OTP app of `SEED`. */
  readonly withApp?: readonly string[]
  readonly withAddress?: readonly string[]
}

/** A pair that the tests of one `describe` share, each with people of its own. */
export function pairFor(options: PairOptions): () => Pair {
  let opened: Pair | undefined
  if (HERE.skip === false)
    before(async () => {
      opened = await openPair(options)
    })
  after(() => opened?.[Symbol.asyncDispose]())
  return () => {
    assert.ok(opened !== undefined)
    return opened
  }
}

export async function count(app: Seen, wanted: string): Promise<number> {
  return (await app.events()).filter(({ event }) => event === wanted).length
}

async function openPair(options: PairOptions): Promise<Pair> {
  const { factors, withApp = [], withAddress = [], nodeOptions } = options
  await using opening = new AsyncDisposableStack()
  const mailbox = opening.use(await openMailbox())
  const email = { host: '127.0.0.1', port: mailbox.port, from: 'no-reply@kestrel.example' }
  const names = [...new Set([...withApp, ...withAddress])]
  const row = (name: string) => [
    name,
    withAddress.includes(name) ? `${name}@kestrel.example` : '',
    withApp.includes(name) ? `otpauth://totp/Old:${name}?secret=${SEED}` : '',
  ]
  const replicas = opening.use(
    await openReplicas({
      settings: { factors, ...(factors.includes('email') && { channels: { email } }) },
      people: ['username,email,totp', ...names.map((name) => row(name).join(','))].join('\n'),
      ...(nodeOptions && { nodeOptions }),
    }),
  )
  const forwarder = opening.use(await openForwarder(replicas.replicas))
  replicas.reach(forwarder.url)

  const opened = opening.move()
  const { party } = replicas
  const now: TestApp['clock']['now'] = () => instantOf(Date.now())
  return {
    ...{ ...replicas, forwarder, mailbox },
    of: (username) => ({
      ...{ issuer: forwarder.url, party, mailbox, clock: { now } },
      async events() {
        const rows = await replicas.query<{ event: string }>(EVENTS, [username])
        return rows.map(({ event }) => JSON.parse(event))
      },
    }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** Sealed ones come first. */
const EVENTS = `SELECT event FROM (
    SELECT event, 0 AS waits, sequence AS at, 0 AS part FROM audit_links
    UNION ALL SELECT event, 1, kept_at, part FROM audit_waiting) told
  WHERE event::json ->> 'account' = (SELECT account FROM people WHERE username = $1)
  ORDER BY waits, at, part`
