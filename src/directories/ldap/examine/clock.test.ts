import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { entryOf, openLdapSettings, windowsSettings } from '../../../../test/support/fake-ldap.ts'
import { NOON } from '../../../../test/support/world.ts'
import { Fault, type Instant, later } from '../../../kernel/index.ts'
import type { RootDse } from '../servers/root-dse.ts'
import type { LdapSettings } from '../settings.ts'
import type { Wire } from '../wire.ts'
import { examineClock } from './clock.ts'
import { createNotes } from './notes.ts'

const ROOT: RootDse = {
  ...{ vendor: null, namingContexts: [], hasPaging: true, hasWhoAmI: true },
  ...{ isGlobalCatalog: null, now: null, domainFunctionality: null },
}

/** A server that tells its time at one place, and elsewhere that it is nobody's to ask. */
function wireOf(place: string, time: string): Wire & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    ...{ asked, server: 'fake', isOpen: true, close: () => {}, whoAmI: async () => 'dn:cn=a' },
    async search({ base, attributes: [attribute = ''] }) {
      asked.push(base)
      if (base !== place) throw new Fault('directory.unavailable', 'insufficient access')
      return { entries: [entryOf(base, { [attribute]: time })], isMore: false, references: 0 }
    },
  }
}

type Told = { readonly root?: Instant; readonly newest?: Instant; readonly wire?: Wire }

async function examined(told: Told, settings: LdapSettings = windowsSettings()) {
  const notes = createNotes('corp')
  const wire = told.wire ?? wireOf('nowhere', '')
  const clock = { now: () => NOON }
  const root = { ...ROOT, now: told.root ?? null }
  const newest = told.newest ?? null
  await examineClock(wire, settings, { clock, root, newest }, notes)
  return {
    clock: notes.facts.find(({ what }) => what === 'clock')?.is,
    found: notes.findings.map(({ weighs, says }) => `${weighs}: ${says}`),
  }
}

describe('the clock of a server', () => {
  for (const [seconds, weighs] of [
    [0, 'none'],
    [10, 'none'],
    [-10, 'none'],
    [11, 'mind'],
    [-60, 'mind'],
    [61, 'wrong'],
    [-61, 'wrong'],
  ] as const)
    test(`weighs, ${seconds} s from ours: ${weighs}`, async () => {
      const { found } = await examined({ root: later(NOON, seconds) })
      assert.deepEqual(
        found.map((one) => one.split(':')[0]),
        weighs === 'none' ? [] : [weighs],
      )
    })

  test('is told beside ours', async () => {
    const { clock, found } = await examined({ root: later(NOON, -3_600) })
    assert.equal(clock, '60 minutes behind ours')
    assert.deepEqual(found, [
      'wrong: its clock is 60 minutes behind ours: it has 2030-01-01 11:00:00 UTC, and we have 2030-01-01 12:00:00 UTC',
    ])
  })

  for (const place of ['cn=Current,cn=Time,cn=Monitor', 'cn=monitor'])
    test(`is asked for where a server keeps it that is no Active Directory: ${place}`, async () => {
      const { clock } = await examined(
        { wire: wireOf(place, '20300101120500Z') },
        openLdapSettings(),
      )
      assert.equal(clock, '5 minutes ahead of ours')
    })

  test('is not known where nobody tells it, and then late by what was changed after it', async () => {
    for (const [newest, found] of [
      [later(NOON, -86_400), []],
      [later(NOON, 5), []],
      [later(NOON, 30), [/^mind: its last change is 30 s ahead of our clock/]],
      [later(NOON, 7_200), [/^wrong: its last change is 2 hours ahead of our clock/]],
    ] as const) {
      const at = await examined({ newest }, openLdapSettings())
      assert.equal(at.clock, 'this server does not tell us its time')
      assert.equal(at.found.length, found.length)
      if (found[0] !== undefined) assert.match(at.found[0] ?? '', found[0])
    }
  })
})
