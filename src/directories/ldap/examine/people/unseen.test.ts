import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  bindAs,
  entryOf,
  fakeLdap,
  openLdapSettings,
} from '../../../../../test/support/fake-ldap.ts'
import { Fault } from '../../../../kernel/index.ts'
import { createNotes } from '../notes.ts'
import { isShown, type Part } from './part.ts'
import { examineUnseen } from './unseen.ts'

const PART: Part = {
  ...{ what: 'emails', key: 'attributes.emails', names: ['mail', 'otherMailbox'], weighs: 'wrong' },
  ...{ so: 'so nobody can be sent a code', wanted: 'the attribute that holds addresses' },
}
const SETTINGS = openLdapSettings({ bind: bindAs('cn=reader', () => 'secret') })
const person = (uid: string, mail?: string) =>
  entryOf(`uid=${uid},${SETTINGS.baseDn}`, { uid, ...(mail !== undefined && { mail }) })

async function examined(hidden: readonly string[]) {
  const notes = createNotes('ldap')
  const { wire } = fakeLdap([person('eve', 'eve@kestrel.example')], { hidden })
  await examineUnseen(wire, SETTINGS, { part: PART, looked: 2, vendor: 'OpenLDAP' }, notes)
  return notes
}

describe('an attribute that nobody shows of those who were looked at', () => {
  test('is well where others show it', async () => {
    const { facts, findings } = await examined([])
    assert.deepEqual(facts, [{ what: 'emails of others', is: 'are there' }])
    assert.deepEqual(findings, [])
  })

  test('may not be read where people are found by it', async () => {
    const { findings } = await examined(['mail'])
    assert.deepEqual(findings, [
      {
        ...{ weighs: 'wrong', key: 'attributes.emails' },
        says: 'of 2 people looked at nobody shows mail or otherMailbox, so nobody can be sent a code',
        wanted:
          'the attribute that holds addresses. People have mail or otherMailbox: "cn=reader" may search by it and not read it; whoever runs the directory can allow it with this rule, in front of those that deny it:',
        line: 'olcAccess: to dn.subtree="ou=people,dc=kestrel,dc=example" attrs=mail,otherMailbox by dn.exact="cn=reader" read by * break',
      },
    ])
  })

  test('is found where a server gives up looking for it among all', async () => {
    const notes = createNotes('ldap')
    const { wire } = fakeLdap([])
    const given = {
      ...wire,
      search: () => Promise.reject(new Fault('directory.unavailable', 'no')),
    }
    await examineUnseen(given, SETTINGS, { part: PART, looked: 50, vendor: null }, notes)
    assert.match(
      notes.findings[0]?.wanted ?? '',
      /If mail or otherMailbox is right, "cn=reader" may/,
    )
    assert.equal(notes.findings[0]?.line, null)
  })
})

describe('an attribute of those who were looked at', () => {
  const told: string[] = []
  const shown = (names: readonly string[]) =>
    isShown({ ...PART, names }, [person('ann', 'ann@kestrel.example'), person('bob')], {
      tell: (what, is) => void told.push(`${what} ${is}`),
    })

  test('is shown where one of them shows one of the names, and where none is configured', () => {
    assert.deepEqual(
      [shown(['mail', 'otherMailbox']), shown(['otherMailbox']), shown([])],
      [true, false, true],
    )
    assert.deepEqual(told, [
      'emails mail 1, otherMailbox 0 of 2',
      'emails otherMailbox 0 of 2',
      'emails none configured',
    ])
  })
})
