import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Answer, createResolve, type Directory } from '../../src/directories/index.ts'
import type { Store } from '../../src/store/index.ts'
import { eventsOf } from '../contract/bench.ts'
import { openApp } from '../support/app.ts'
import { openAccounts } from '../support/directory-local.ts'
import { slapdConfig, slapdSettings } from '../support/directory-slapd.ts'
import { openCompany, openServers } from '../support/ldap-servers.ts'
import { needs } from '../support/needs.ts'
import { begin } from '../support/passage.ts'
import { ldifEntry } from '../support/population/ldif.ts'
import { type Slapd, startSlapd } from '../support/slapd.ts'
import { createUserAgent } from '../support/user-agent.ts'
import { createFakeClock, STOPWATCH } from '../support/world.ts'

const BASE = 'dc=kestrel,dc=example'
const UNITS = ['north', 'south'] as const

const dnOf = (uid: string, unit: string) => `uid=${uid},ou=${unit},${BASE}`
const personIn = (unit: string, uid: string, over: Record<string, string> = {}) =>
  ldifEntry(dnOf(uid, unit), {
    ...{ objectClass: ['inetOrgPerson', 'nsAccount'], cn: uid, sn: uid, uid },
    ...{ mail: `${uid}@${unit}.example`, mobile: '+4930901820', ...over },
  })

const LDIF = [
  ...UNITS.map((ou) => ldifEntry(`ou=${ou},${BASE}`, { objectClass: 'organizationalUnit', ou })),
  ...[personIn('north', 'ann'), personIn('north', 'both'), personIn('south', 'both')],
  ...[personIn('north', 'one', { mail: 'shared@kestrel.example' })],
  ...[personIn('north', 'two', { mail: 'shared@kestrel.example' })],
  ...[personIn('south', 'three', { mail: 'shared@kestrel.example' })],
  ...[personIn('north', 'left', { nsAccountLock: 'TRUE' }), personIn('south', 'left')],
  ...[
    personIn('north', 'shut', { pwdAccountLockedTime: '000001010000Z' }),
    personIn('south', 'shut'),
  ],
  ...[
    ldifEntry(dnOf('mute', 'north'), {
      objectClass: 'inetOrgPerson',
      cn: 'm',
      sn: 'm',
      uid: 'mute',
    }),
  ],
  personIn('north', 'odd', { mail: 'odd at kestrel', mobile: '12345' }),
].join('')

type Opened = AsyncDisposable & {
  readonly slapd: Slapd
  readonly store: Store
  ask(name: string, order?: readonly (string | readonly string[])[]): Promise<Answer>
}

/** One server, and two directories of it: a branch each. */
async function openBoth(): Promise<Opened> {
  await using opening = new AsyncDisposableStack()
  const slapd = opening.use(await startSlapd({ ldif: LDIF }))
  const { accountOf, store } = opening.use(await openAccounts())
  const clock = createFakeClock()
  const directories = new Map<string, Directory>(
    UNITS.map((name) => {
      const settings = {
        ...slapdSettings(slapd, { name, baseDn: `ou=${name},${BASE}`, match: ['uid', 'mail'] }),
      }
      const plain = { ...settings, attributes: { ...settings.attributes, enabled: null } }
      const servers = opening.use(openServers(plain))
      return [name, openCompany(plain, { servers, accountOf, clock })]
    }),
  )
  const resolve = createResolve({
    ...{ directories, stopwatch: STOPWATCH, routeOf: () => undefined },
    deadlineSecondsOf: () => 30,
  })
  const made = opening.move()
  return {
    ...{ slapd, store },
    ask: (value, order = UNITS) => resolve({ by: 'name', value }, order),
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  }
}

async function person(answer: Promise<Answer>) {
  const found = await answer
  assert.ok(found.found === 'person', found.found)
  return found.person
}

describe('M53 a person who is not one certain, enabled person', needs('slapd'), () => {
  test('takes neither of two with one name in directories of equal rank', async () => {
    await using both = await openBoth()
    assert.deepEqual(await both.ask('both', [UNITS]), { found: 'ambiguous' })
    assert.equal((await person(both.ask('ann', [UNITS]))).directory, 'north')
    // In order the first one is meant, whoever else is called so further on.
    assert.equal((await person(both.ask('both'))).directory, 'north')
    assert.equal((await person(both.ask('both', ['south', 'north']))).directory, 'south')
  })

  test('takes neither of two in one directory, and not a third one elsewhere', async () => {
    await using both = await openBoth()
    const shared = 'shared@kestrel.example'
    assert.deepEqual(await both.ask(shared), { found: 'ambiguous' })
    assert.equal((await person(both.ask(shared, ['south']))).username, 'three')
    assert.deepEqual(await both.ask(shared, [UNITS]), { found: 'ambiguous' })
  })

  test('lets no namesake answer for who is disabled or locked', async () => {
    await using both = await openBoth()
    assert.deepEqual(await both.ask('left'), { found: 'disabled', reason: 'disabled' })
    assert.deepEqual(await both.ask('shut'), { found: 'disabled', reason: 'locked' })
    assert.deepEqual(await both.ask('left', [UNITS]), { found: 'ambiguous' })
    await person(both.ask('left', ['south']))
  })

  test('lets no namesake answer while a directory does not', async () => {
    await using both = await openBoth()
    await both.slapd.stop()
    for (const order of [UNITS, [UNITS]])
      await assert.rejects(both.ask('both', order), { code: 'directory.unavailable' })
  })

  test('guesses no contact', async () => {
    await using both = await openBoth()
    for (const name of ['mute', 'odd']) {
      const { phones, emails } = await person(both.ask(name))
      assert.deepEqual([phones, emails], [[], []])
    }
  })

  test('takes who moves to another directory for another account, and says so', async () => {
    await using both = await openBoth()
    const { slapd, store, ask } = both
    const before = await person(ask('ann'))
    const to = `newsuperior: ou=south,${BASE}\n`
    slapd.modify(
      `dn: ${dnOf('ann', 'north')}\nchangetype: modrdn\nnewrdn: uid=ann\ndeleteoldrdn: 1\n${to}`,
    )
    const after = await person(ask('ann'))
    assert.deepEqual([before.directory, after.directory], ['north', 'south'])
    assert.notEqual(after.account, before.account)
    const made = (await eventsOf(store)).filter(({ event }) => event === 'account.made')
    assert.equal(made.length, 2)
  })

  test('says when somebody else comes under an old name, who gets nothing of the former', async () => {
    await using both = await openBoth()
    const { slapd, store, ask } = both
    const before = await person(ask('ann'))
    slapd.modify(`dn: ${dnOf('ann', 'north')}\nchangetype: delete\n`)
    slapd.modify(personIn('north', 'ann').replace('\n', '\nchangetype: add\n'))
    const after = await person(ask('ann'))
    assert.notEqual(after.account, before.account)
    const told = (await eventsOf(store)).find(({ event }) => event === 'account.name-reused')
    assert.ok(told !== undefined && 'former' in told && told.former === before.account)
  })

  test('shows one page to them all, and says to the audit alone which it is', async () => {
    await using slapd = await startSlapd({ ldif: LDIF })
    const { directory, files } = slapdConfig(slapd, {
      ...{ baseDn: `ou=north,${BASE}`, match: ['uid', 'mail'] },
    })
    const client = { subject: { from: 'par', claim: 'login_hint', directories: ['ldap'] } }
    const settings = { factors: ['email'], directories: [directory] }
    await using app = await openApp({ settings, client, files, people: 'none' })
    const looks: unknown[] = []
    const names = ['nobody', 'shared@kestrel.example', 'left', 'shut', 'mute', 'odd']
    for (const login_hint of names) {
      const { page } = await begin(app, createUserAgent(), { login_hint })
      const forms = page.forms.map(({ action }) => action)
      looks.push({ status: page.status, title: page.title, forms })
    }
    for (const look of looks) assert.deepEqual(look, looks[0])
    assert.equal(app.mailbox.mails.length, 0)
    const blocked = (await app.events()).filter(({ event }) => event === 'step-up.blocked')
    assert.deepEqual(
      blocked.map(({ reason }) => reason),
      [
        ...['subject is not-found', 'subject is ambiguous', 'subject is disabled'],
        ...['subject is locked', 'no factor has what it needs', 'no factor has what it needs'],
      ],
    )
  })
})
