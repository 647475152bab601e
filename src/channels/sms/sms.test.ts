import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { describe, test } from 'node:test'
import {
  type GatewayMood,
  openSmsGateway,
  type SmsGateway,
} from '../../../test/support/sms-gateway.ts'
import { createSeededRandom, STOPWATCH } from '../../../test/support/world.ts'
import type { SmsGatewayConfig } from '../../config/index.ts'
import { instantOf, Secret, type Stopwatch } from '../../kernel/index.ts'
import type { CodeMessage, NoticeMessage } from '../channel.ts'
import { createSmsChannel } from './sms.ts'

const AT = instantOf(Date.UTC(2030, 0, 1, 12))
const TO = '+8613812345678'
const MESSAGE: CodeMessage = {
  ...{ to: TO, locale: 'en', code: '482913', validUntil: AT, askedAt: AT, message: 1 },
  ...{ application: 'app', username: 'li.wei', from: { browser: null, ip: null } },
}

const settingsOf = (gateway: Pick<SmsGateway, 'url'>, name: string): SmsGatewayConfig => ({
  ...{ name, url: gateway.url, method: 'POST' },
  headers: [{ name: 'Authorization', value: new Secret('Bearer key-of-a-gateway') }],
  body: {
    as: 'json',
    template: { to: '{to}', message: { body: '{text}', kind: 1 }, ref: '{id}' },
  },
  success: { status: [202], member: { path: 'result.code', equals: 0 } },
  ...{ messageIdPath: 'result.id', timeoutSeconds: 2 },
})

const NOTICE: NoticeMessage = {
  ...{ id: 'ntc', to: TO, locale: 'en', kind: 'locked', factor: 'totp', at: AT },
  ...{ username: 'li.wei', from: { browser: null, ip: null }, isOperators: false },
}

function open(
  gateways: readonly SmsGatewayConfig[],
  told: string[] = [],
  stopwatch: Stopwatch = STOPWATCH,
) {
  const tell = (message: string, facts: object) =>
    void told.push(`${message} ${JSON.stringify(facts)}`)
  return createSmsChannel({
    ...{ gateways, stopwatch, random: createSeededRandom(1), fetch },
    render: ({ code }) => `${code}\n@localhost #${code}`,
    renderNotice: ({ kind }) => `It was ${kind}.`,
    mayText: (phone) => phone === TO,
    log: { info: tell, warn: tell },
    timed: (provider) => void told.push(`timed ${provider}`),
    onState: (provider, is) => void told.push(`${provider} is ${is}`),
  })
}

async function openTwo() {
  await using opening = new AsyncDisposableStack()
  const first = opening.use(await openSmsGateway())
  const second = opening.use(await openSmsGateway())
  const told: string[] = []
  const channel = open([settingsOf(first, 'first'), settingsOf(second, 'second')], told)
  const opened = opening.move()
  return { first, second, channel, told, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

describe('a text message', () => {
  test('goes out by the first gateway, once, and the log says its id and not its text', async () => {
    await using of = await openTwo()
    assert.deepEqual(await of.channel.send(MESSAGE), { outcome: 'accepted', provider: 'first' })
    const { to, code, id } = of.first.last()
    assert.deepEqual([to, code, of.second.asked()], [TO, '482913', 0])
    const said = `text message taken {"provider":"first","messageId":"msg-${id}"}`
    assert.deepEqual(of.told, ['timed first', said])
  })

  const refusals: readonly GatewayMood[] = [
    'refuse',
    'refuse-in-answer',
    'throttle',
    'busy',
    'redirect',
  ]
  for (const mood of refusals)
    test(`goes by the next gateway where the first certainly did not take it: ${mood}`, async () => {
      await using of = await openTwo()
      of.first.set(mood)
      assert.deepEqual(await of.channel.send(MESSAGE), { outcome: 'accepted', provider: 'second' })
      assert.deepEqual([of.first.asked(), of.second.texts.length], [1, 1])
      assert.deepEqual([...of.first.wrong, ...of.second.wrong], [])
    })

  test('goes by the next gateway where nobody listens at the first', async () => {
    await using of = await openTwo()
    await of.first[Symbol.asyncDispose]()
    assert.deepEqual(await of.channel.send(MESSAGE), { outcome: 'accepted', provider: 'second' })
  })

  const doubts: readonly GatewayMood[] = [
    ...(['hang', 'stall', 'reset', 'flood', 'gibberish', 'gave-up'] as const),
    ...(['bad-gateway', 'other-success'] as const),
  ]
  for (const mood of doubts)
    test(`is not sent a second time where the first may have it: ${mood}`, async () => {
      await using of = await openTwo()
      of.first.set(mood)
      assert.deepEqual(await of.channel.send(MESSAGE), { outcome: 'failed', provider: 'first' })
      assert.deepEqual([of.first.asked(), of.second.asked()], [1, 0])
    })

  test('fails where no gateway takes it, and tells neither number nor code nor key', async () => {
    await using of = await openTwo()
    of.first.set('refuse')
    of.second.set('busy')
    assert.deepEqual(await of.channel.send(MESSAGE), { outcome: 'failed', provider: 'second' })
    assert.doesNotMatch(of.told.join('\n'), /138|482913|key-of/)
  })

  test('is believed by its status alone where nothing else is asked for, however long the answer', async () => {
    await using gateway = await openSmsGateway()
    gateway.set('flood')
    const plain = { ...settingsOf(gateway, 'first'), messageIdPath: null }
    const channel = open([{ ...plain, success: { status: [202], member: null } }])
    assert.equal((await channel.send(MESSAGE)).outcome, 'accepted')
  })

  test('is not tried to a number that may not be texted', async () => {
    await using of = await openTwo()
    const delivery = await of.channel.send({ ...MESSAGE, to: '+19002345678' })
    assert.deepEqual(delivery, { outcome: 'recipient-refused', provider: 'first' })
    assert.equal(of.first.asked(), 0)
  })

  test('has failed once a stop cuts it off, and nothing is sent after', async () => {
    await using of = await openTwo()
    of.first.set('hang')
    const sending = of.channel.send(MESSAGE)
    of.channel.end()
    assert.equal((await sending).outcome, 'failed')
    assert.equal((await of.channel.send(MESSAGE)).outcome, 'failed')
    assert.equal(of.second.asked(), 0)
  })

  test('goes by the next gateway where the first takes a connection and says nothing on it', async () => {
    await using of = await openTwo()
    const silent = createServer()
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    // It never shakes hands, so nothing of a message can have left.
    const first = { ...settingsOf(of.first, 'first'), url: `https://127.0.0.1:${port}/` }
    const channel = open([{ ...first, timeoutSeconds: 5 }, settingsOf(of.second, 'second')])
    const since = performance.now()
    assert.deepEqual(await channel.send(MESSAGE), { outcome: 'accepted', provider: 'second' })
    assert.ok(performance.now() - since < 4_000)
    channel.end()
    silent.close()
  })

  test('passes over a gateway that is away, until a message finds it back', async () => {
    await using of = await openTwo()
    let seconds = 0
    const told: string[] = []
    const two = [settingsOf(of.first, 'first'), settingsOf(of.second, 'second')]
    const channel = open(two, told, { seconds: () => seconds })
    of.first.set('hang')
    const by = async () => (await channel.send(MESSAGE)).provider
    assert.equal((await channel.send(MESSAGE)).outcome, 'failed')
    assert.deepEqual([await by(), await by(), of.first.asked()], ['second', 'second', 1])
    of.first.set('accept')
    seconds = 16
    assert.deepEqual([await by(), await by(), of.first.asked()], ['first', 'first', 3])
    assert.deepEqual(
      told.filter((line) => / is /.test(line)),
      ['first is down', 'first is up'],
    )
  })

  test('goes by a gateway that was away where the others certainly did not take it', async () => {
    await using of = await openTwo()
    of.second.set('hang')
    of.first.set('refuse')
    assert.equal((await of.channel.send(MESSAGE)).outcome, 'failed')
    of.second.set('accept')
    assert.deepEqual(await of.channel.send(MESSAGE), { outcome: 'accepted', provider: 'second' })
  })

  test('is still tried where every gateway is away', async () => {
    await using of = await openTwo()
    const channel = open([settingsOf(of.first, 'first')])
    of.first.set('hang')
    await channel.send(MESSAGE)
    of.first.set('accept')
    assert.equal((await channel.send(MESSAGE)).outcome, 'accepted')
  })
})

describe('a notice by text message', () => {
  test('goes as a code does, with a reference that is the same at every try', async () => {
    await using of = await openTwo()
    assert.equal(await of.channel.tell(NOTICE), 'accepted')
    assert.equal(await of.channel.tell(NOTICE), 'accepted')
    assert.equal(await of.channel.tell({ ...NOTICE, id: 'other' }), 'accepted')
    const [one, again, other] = of.first.texts
    assert.deepEqual([one?.text, one?.code], ['It was locked.', ''])
    assert.equal(one?.id, again?.id)
    assert.notEqual(one?.id, other?.id)
    assert.deepEqual(of.first.wrong, [])
  })

  test('may have gone out where a gateway does not answer, and else certainly did not', async () => {
    await using of = await openTwo()
    of.first.set('refuse')
    of.second.set('refuse')
    assert.equal(await of.channel.tell(NOTICE), 'failed')
    of.second.set('hang')
    assert.equal(await of.channel.tell(NOTICE), 'perhaps')
    assert.equal(await of.channel.tell({ ...NOTICE, to: '+19002345678' }), 'recipient-refused')
  })
})
