import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { LdapSettings } from '../../src/directories/ldap/settings.ts'
import type { Wire } from '../../src/directories/ldap/wire.ts'
import { bindAs } from '../support/fake-ldap.ts'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import { needs } from '../support/needs.ts'
import { type Slapd, startSlapd } from '../support/slapd.ts'
import {
  createHand,
  fault,
  look,
  NEVER,
  serverAt,
  serversOf,
  settingsFor,
  until,
} from '../support/wire-bench.ts'

const LDIF = `dn: uid=ann,ou=people,dc=kestrel,dc=example
objectClass: inetOrgPerson
uid: ann
cn: Ann
sn: Ann
`

describe('the servers of a directory', needs('slapd'), () => {
  let first: Slapd
  let second: Slapd
  before(async () => {
    first = await startSlapd({ ldif: LDIF })
    second = await startSlapd({ ldif: LDIF, authority: first.authority })
  })
  after(async () => {
    await second[Symbol.asyncDispose]()
    await first[Symbol.asyncDispose]()
  })

  const inFront = ({ host, ports }: Slapd) => startFaultProxy({ host, port: ports.ldaps })
  const settingsOf = (proxies: readonly FaultProxy[], over: Partial<LdapSettings> = {}) =>
    settingsFor(first, {
      servers: proxies.map((proxy) => serverAt(proxy, 'tls')),
      pool: { connectionsMax: 4, waitingMax: 100 },
      ...over,
    })
  const ann = (wire: Wire) => look(first.baseDn)(wire)

  test('are asked in their order: the second not at all while the first answers, over wires that are kept', async () => {
    await using one = await inFront(first)
    await using two = await inFront(second)
    await using servers = serversOf(settingsOf([one, two]))
    for (let n = 0; n < 5; n++) assert.equal(await servers.ask(ann, NEVER), 1)
    assert.deepEqual([one.accepted, two.accepted], [1, 0])
    await Promise.all(Array.from({ length: 20 }, () => servers.ask(ann, NEVER)))
    assert.ok(one.accepted <= 4)
    const [stats] = servers.stats().servers
    assert.deepEqual(stats, {
      ...{ label: `ldaps://127.0.0.1:${one.port}`, isUp: true, idle: one.accepted },
      // Made today for two days.
      certificateDaysLeft: 1,
    })
  })

  test('lose no lookup when the first goes under load, and come back to it when it is back', async () => {
    await using one = await inFront(first)
    await using two = await inFront(second)
    await using servers = serversOf(settingsOf([one, two]))
    let isOver = false
    let asked = 0
    const load = Array.from({ length: 8 }, async () => {
      while (!isOver) {
        assert.equal(await servers.ask(ann, NEVER), 1)
        asked += 1
      }
    })
    const more = async (count: number) => {
      const from = asked
      await until('asked on', () => asked >= from + count)
    }
    await more(50)
    await one.refuse()
    await more(50)
    assert.ok(two.accepted > 0)
    await one.heal()
    const before = one.accepted
    await until('back', () => servers.stats().servers[0]?.isUp === true)
    await more(50)
    assert.ok(one.accepted > before)
    isOver = true
    await Promise.all(load)
    const label = `ldaps://127.0.0.1:${one.port}`
    assert.deepEqual(servers.heard, [`${label} out`, `${label} back`])
  })

  test('are passed over when they hang, within the deadline, and hang nobody a second time', async () => {
    await using one = await inFront(first)
    await using two = await inFront(second)
    const brief = { operationSeconds: 0.4, connectSeconds: 0.4, deadlineSeconds: 3 }
    await using servers = serversOf(settingsOf([one, two], brief))
    await servers.ask(ann, NEVER)
    one.swallow()
    const all = await Promise.all(Array.from({ length: 10 }, () => servers.ask(ann, NEVER)))
    assert.deepEqual(new Set(all), new Set([1]))
    assert.equal(servers.stats().servers[0]?.isUp, false)
    const whom = () => servers.ask(async (wire) => wire.server, NEVER)
    const whoms = await Promise.all(Array.from({ length: 10 }, whom))
    assert.deepEqual(new Set(whoms), new Set([serverAt(two, 'tls').label]))
  })

  test('are unavailable at once while all are gone, and serve by themselves when one is back', async () => {
    await using one = await inFront(first)
    await using two = await inFront(second)
    await using servers = serversOf(settingsOf([one, two]))
    await servers.ask(ann, NEVER)
    await Promise.all([one.refuse(), two.refuse()])
    const both = new RegExp(`${one.port}\\) refuses connections.*${two.port}\\) refuses`)
    await assert.rejects(servers.ask(ann, NEVER), fault(both))
    await assert.rejects(servers.ask(ann, NEVER), fault(both))
    await two.heal()
    await until('back', () => servers.stats().servers[1]?.isUp === true)
    assert.equal(await servers.ask(ann, NEVER), 1)
    assert.equal(servers.stats().servers[0]?.isUp, false)
  })

  test('are asked again as soon as they are back, also where the clock was set back meanwhile', async (t) => {
    await using one = await inFront(first)
    await using servers = serversOf(settingsOf([one]))
    await servers.ask(ann, NEVER)
    await one.refuse()
    await assert.rejects(servers.ask(ann, NEVER), fault(/refuses connections/))
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() - 3_600_000 })
    await one.heal()
    await until('back', () => servers.stats().servers[0]?.isUp === true)
    assert.equal(await servers.ask(ann, NEVER), 1)
  })

  test('are asked after the last one gives out, when they were passed over and came back meanwhile', async () => {
    await using one = await inFront(first)
    await using two = await inFront(second)
    await using servers = serversOf(settingsOf([one, two]))
    await one.refuse()
    assert.equal(await servers.ask(ann, NEVER), 1)
    const whoms: string[] = []
    const overtaken = async (wire: Wire) => {
      whoms.push(wire.server)
      if (whoms.length === 1) {
        await one.heal()
        await until('back', () => servers.stats().servers[0]?.isUp === true)
        await two.refuse()
      }
      return await ann(wire)
    }
    assert.equal(await servers.ask(overtaken, NEVER), 1)
    assert.deepEqual(
      whoms,
      [two, one].map((at) => serverAt(at, 'tls').label),
    )
  })

  test('are asked again on another wire when one was lost in the middle or meanwhile', async () => {
    await using one = await inFront(first)
    await using servers = serversOf(settingsOf([one]))
    assert.equal(await servers.ask(ann, NEVER), 1)
    one.cut()
    assert.equal(await servers.ask(ann, NEVER), 1)
    let tries = 0
    const lost = async (wire: Wire) => {
      tries += 1
      if (tries === 1) one.cut()
      return await ann(wire)
    }
    assert.equal(await servers.ask(lost, NEVER), 1)
    assert.equal(tries, 2)
    assert.deepEqual(servers.heard, [])
  })

  test('see a password that was changed there and here, without anybody telling', async () => {
    await using one = await inFront(first)
    let password = first.reader.password
    const bind = bindAs(first.reader.dn, () => password)
    await using servers = serversOf(settingsOf([one], { bind }))
    assert.equal(await servers.ask(ann, NEVER), 1)
    try {
      first.setPassword(first.reader, 'another-secret')
      // The wire that is open goes on as it was.
      assert.equal(await servers.ask(ann, NEVER), 1)
      one.cut()
      await assert.rejects(servers.ask(ann, NEVER), fault(/directories\.corp\.bind\.passwordFile/))
      password = 'another-secret'
      await until('back', () => servers.stats().servers[0]?.isUp === true)
      assert.equal(await servers.ask(ann, NEVER), 1)
    } finally {
      first.setPassword(first.reader, first.reader.password)
    }
  })

  test('see it when it is changed between two readings', async () => {
    await using one = await inFront(first)
    const readings = ['of yesterday', first.reader.password]
    const bind = bindAs(first.reader.dn, () => readings.shift() ?? first.reader.password)
    await using servers = serversOf(settingsOf([one], { bind }))
    assert.equal(await servers.ask(ann, NEVER), 1)
    assert.deepEqual(servers.heard, [])
  })

  test('show a refused password to a server once in a minute, so that the account is not locked', async () => {
    await using one = await inFront(first)
    const stopwatch = createHand()
    let readings = 0
    const bind = bindAs(first.reader.dn, () => {
      readings += 1
      return 'wrong'
    })
    await using servers = serversOf(settingsOf([one], { bind }), stopwatch)
    await assert.rejects(servers.ask(ann, NEVER), fault(/refuses the password/))
    const from = readings
    await until('looked whether it was changed', () => readings >= from + 2)
    assert.equal(one.accepted, 1)
    stopwatch.advance(61)
    await until('shown again', () => one.accepted === 2)
  })

  test('are opened anew after some minutes, and when nobody asked for one', async () => {
    await using one = await inFront(first)
    const stopwatch = createHand()
    await using servers = serversOf(settingsOf([one]), stopwatch)
    const accepted: number[] = []
    for (const seconds of [0, 50, 50, 50, 50, 50, 50, 61]) {
      stopwatch.advance(seconds)
      await servers.ask(ann, NEVER)
      accepted.push(one.accepted)
    }
    assert.deepEqual(accepted, [1, 1, 1, 1, 1, 1, 2, 3])
  })

  test('have so many wires and no more, a queue that is bounded, and a deadline for who waits', async () => {
    await using one = await inFront(first)
    const pool = { connectionsMax: 2, waitingMax: 1 }
    await using servers = serversOf(settingsOf([one], { pool, deadlineSeconds: 1 }))
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    const holding = async (wire: Wire) => {
      await held
      return await ann(wire)
    }
    const two = [servers.ask(holding, NEVER), servers.ask(holding, NEVER)]
    const waiting = servers.ask(ann, NEVER)
    const tooMany = fault(/directories\.corp\.pool\.waitingMax/)
    await assert.rejects(servers.ask(ann, NEVER), tooMany)
    const { inUse, waiting: queued } = servers.stats()
    assert.deepEqual({ inUse, queued }, { inUse: 2, queued: 1 })
    const late = fault(/did not answer within 1 s/)
    await Promise.all([...two, waiting].map((one) => assert.rejects(one, late)))
    release()
    await until('free', () => servers.stats().inUse === 0)
    assert.equal(await servers.ask(ann, NEVER), 1)
    assert.ok(one.accepted <= 4)
  })

  test('end what is asked at the signal of who asked, and its wire with it', async () => {
    await using one = await inFront(first)
    await using servers = serversOf(settingsOf([one]))
    await servers.ask(ann, NEVER)
    one.swallow()
    await assert.rejects(servers.ask(ann, AbortSignal.timeout(50)), fault(/given up/))
    await assert.rejects(servers.ask(ann, AbortSignal.abort()), fault(/given up/))
    await one.heal()
    assert.equal(await servers.ask(ann, NEVER), 1)
    // That we had no time speaks against nobody.
    assert.deepEqual(servers.heard, [])
  })

  test('hear of what is wrong with the question, and not from a second one', async () => {
    await using one = await inFront(first)
    await using two = await inFront(second)
    await using servers = serversOf(settingsOf([one, two]))
    const wrong = look('ou=nowhere,dc=kestrel,dc=example')
    await assert.rejects(servers.ask(wrong, NEVER), fault(/directories\.corp\.baseDn/))
    assert.equal(await servers.ask(ann, NEVER), 1)
    assert.deepEqual([one.accepted, two.accepted, servers.heard], [1, 0, []])
  })

  test('are asked nothing once they are closed', async () => {
    await using one = await inFront(first)
    const servers = serversOf(settingsOf([one]))
    await servers.ask(ann, NEVER)
    await servers[Symbol.asyncDispose]()
    await assert.rejects(servers.ask(ann, NEVER), fault(/corp is closed/))
    assert.equal(servers.stats().servers[0]?.idle, 0)
  })
})
