import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Answer, Directory, Person } from '../../src/directories/index.ts'
import type { needs } from '../support/needs.ts'
import { type Inhabitant, NESTED, ODD, ordinary } from '../support/population/people.ts'

/** A directory with the people of `ODD` in it, as one backend keeps them. Tests may change those that are named for it. */
export type DirectoryBench = AsyncDisposable & {
  readonly directory: Directory
  /** Every other way in which this directory itself names somebody. */
  spellings(one: Inhabitant): readonly string[]
  rename(one: Inhabitant, login: string): Promise<void>
  /** The same again, and it is somebody else. */
  recreate(one: Inhabitant): Promise<void>
}

/** What a directory can do that Sallyport does not keep itself. */
export type CompanyBench = DirectoryBench & {
  /** The same people, found by mail too. */
  readonly byMail: Directory
  move(one: Inhabitant): Promise<void>
  remail(one: Inhabitant, mail: string): Promise<void>
  readonly nestedGroups: readonly string[]
  /** How this kind says of whom it is why they may not sign in. */
  readonly reasons: Readonly<Record<'disabled' | 'expired' | 'locked', string>>
}

type Open<B> = () => Promise<B>
type Needed = Partial<ReturnType<typeof needs>>

const always = new AbortController().signal

const ask = (directory: Directory, value: string): Promise<Answer> =>
  directory.find({ by: 'name', value }, always)

async function personNamed(directory: Directory, name: string): Promise<Person> {
  const answer = await ask(directory, name)
  assert.ok(answer.found === 'person', `${JSON.stringify(name)} is ${answer.found}`)
  return answer.person
}

/** None of which is anybody's name, whatever it would mean in a filter, a DN, SQL or a pattern. */
export const NOBODY = [
  ...['', ' ', '*', 'lw*', '*wei', 'l?ei', '%', 'lwe_', '.*'],
  ...['*)(uid=*', 'lwei)(objectClass=*', 'lwei))(|(uid=*', '(uid=lwei)', 'lwei)(&', '\\6cwei'],
  ...[
    'lwei,ou=Ops',
    "lwei' OR '1'='1",
    'lwei\0',
    'lwei\n',
    'lw\u200bei',
    '\u202elwei',
    '\u0131wei',
  ],
  ...['\ufb01', '\u24dbwei', 'lwei@', '@lwei', '\\lwei', 'x'.repeat(257), `lwei${' '.repeat(300)}`],
]

/** The promises of every directory. */
export function directoryContract(
  backend: string,
  open: Open<DirectoryBench>,
  needed: Needed = {},
): void {
  describe(`directory: ${backend}`, needed, () => everyDirectory(openedOnce(open)))
}

/** Of one that somebody else keeps: theirs, and some more. */
export function companyDirectoryContract(
  backend: string,
  open: Open<CompanyBench>,
  needed: Needed = {},
): void {
  describe(`directory: ${backend}`, needed, () => {
    const opened = openedOnce(open)
    everyDirectory(opened)
    companyDirectory(opened)
  })
}

function everyDirectory(opened: () => DirectoryBench): void {
  test('finds a person with all that it knows, contacts in their order', async () => {
    const { directory } = opened()
    const { account, immutableId, ...person } = await personNamed(directory, 'lwei')
    assert.match(account, /^acc_/)
    assert.ok(immutableId !== '')
    assert.deepEqual(person, {
      ...{ directory: directory.name, username: 'lwei', displayName: 'Li Wei', groups: [] },
      emails: ['li.wei@kestrel.example', 'li@kestrel.example'],
      ...{ phones: ['+8613800138000', '+4930901820'], locale: 'zh-CN' },
    })
  })

  for (const [kind, one] of Object.entries(ODD)) {
    if (one.state !== 'enabled') continue
    if (one === ODD.renamed || one === ODD.recreated || one === ODD.remailed) continue
    test(`is one account for ${kind} under every spelling`, async () => {
      const { directory, spellings } = opened()
      const { account, displayName } = await personNamed(directory, one.login)
      assert.equal(displayName, one.name.normalize('NFC'))
      for (const name of [...commonSpellings(one.login), ...spellings(one)])
        assert.equal((await personNamed(directory, name)).account, account, name)
    })
  }

  test('has another account for each person, however alike their names are', async () => {
    const { directory } = opened()
    const people = [ODD.accent, ODD.noAccent, ODD.plain, ODD.chinese, ODD.twin, ODD.otherTwin]
    const found = people.map(async ({ login }) => (await personNamed(directory, login)).account)
    assert.equal(new Set(await Promise.all(found)).size, people.length)
  })

  test('finds nobody by what is no name, and by what would be one if it were read as a filter', async () => {
    const { directory } = opened()
    for (const name of NOBODY)
      assert.deepEqual(await ask(directory, name), { found: 'not-found' }, JSON.stringify(name))
  })

  test('finds by immutable id, and nothing in the name of another directory', async () => {
    const { directory } = opened()
    const person = await personNamed(directory, 'lwei')
    const find = (value: string, name = directory.name) =>
      directory.find({ by: 'immutableId', directory: name, value }, always)
    assert.deepEqual(await find(person.immutableId), { found: 'person', person })
    assert.deepEqual(await find(person.immutableId, 'other'), { found: 'not-found' })
    for (const value of ['', '*', 'lwei', `${person.immutableId}*`, `${person.immutableId})(uid=*`])
      assert.deepEqual(await find(value), { found: 'not-found' }, value)
  })

  test('says that somebody is disabled, by name and by id', async () => {
    const { directory } = opened()
    assert.deepEqual(await ask(directory, ODD.disabled.login), {
      ...{ found: 'disabled', reason: 'disabled' },
    })
  })

  test('drops what is no number and no address, and keeps the rest', async () => {
    const { directory } = opened()
    const of = async ({ login }: Inhabitant) => {
      const { phones, emails } = await personNamed(directory, login)
      return [phones, emails.length]
    }
    assert.deepEqual(await of(ODD.nationalPhone), [['+4930901820'], 1])
    assert.deepEqual(await of(ODD.nonsensePhones), [['+12025550123'], 1])
    assert.deepEqual(await of(ODD.nonsenseMail), [[], 0])
    assert.deepEqual(await of(ODD.noContact), [[], 0])
  })

  test('keeps the account of who is renamed, and the old name is nobody’s', async () => {
    const { directory, rename } = opened()
    const { account, immutableId } = await personNamed(directory, ODD.renamed.login)
    await rename(ODD.renamed, 'after')
    const renamed = await personNamed(directory, 'after')
    assert.deepEqual([renamed.account, renamed.immutableId], [account, immutableId])
    assert.deepEqual(await ask(directory, ODD.renamed.login), { found: 'not-found' })
  })

  test('has a new account for a new person under an old name', async () => {
    const { directory, recreate } = opened()
    const former = await personNamed(directory, ODD.recreated.login)
    await recreate(ODD.recreated)
    const person = await personNamed(directory, ODD.recreated.login)
    assert.notEqual(person.account, former.account)
    const byId = { by: 'immutableId', directory: directory.name } as const
    const gone = await directory.find({ ...byId, value: former.immutableId }, always)
    assert.deepEqual(gone, { found: 'not-found' })
  })

  test('answers many at once, each with who was asked about', async () => {
    const { directory } = opened()
    const people = Object.values(ODD).filter(
      ({ state, login }) => state === 'enabled' && !CHANGING.has(login),
    )
    const asked = Array.from({ length: 5 }, () => people).flat()
    const found = await Promise.all(asked.map(({ login }) => personNamed(directory, login)))
    assert.deepEqual(
      found.map(({ displayName }) => displayName),
      asked.map(({ name }) => name.normalize('NFC')),
    )
  })
}

function companyDirectory(opened: () => CompanyBench): void {
  test('chooses nobody of two with the same mail', async () => {
    const { byMail } = opened()
    assert.deepEqual(await ask(byMail, 'twins@kestrel.example'), { found: 'ambiguous' })
    assert.deepEqual(await ask(byMail, 'TWINS@KESTREL.EXAMPLE '), { found: 'ambiguous' })
  })

  test('finds by mail where that is a name, and not where it is none', async () => {
    const { directory, byMail } = opened()
    const { account } = await personNamed(directory, 'lwei')
    assert.equal((await personNamed(byMail, 'Li.Wei@kestrel.example')).account, account)
    assert.deepEqual(await ask(directory, 'li.wei@kestrel.example'), { found: 'not-found' })
  })

  test('says why somebody may not sign in', async () => {
    const { directory, reasons } = opened()
    for (const state of ['disabled', 'expired', 'locked'] as const)
      assert.deepEqual(
        await ask(directory, ODD[state].login),
        { found: 'disabled', reason: reasons[state] },
        state,
      )
    await personNamed(directory, ODD.wasLocked.login)
  })

  test('tells all groups of a person, within groups too', async () => {
    const { byMail, nestedGroups } = opened()
    for (const { login } of NESTED)
      assert.deepEqual((await personNamed(byMail, login)).groups, nestedGroups.toSorted(), login)
    assert.deepEqual((await personNamed(byMail, ODD.plain.login)).groups, [])
  })

  test('keeps the account of who is moved, and of whose mail is another', async () => {
    const { directory, move, remail } = opened()
    const moved = await personNamed(directory, ODD.moved.login)
    await move(ODD.moved)
    assert.deepEqual(await personNamed(directory, ODD.moved.login), moved)

    const before = await personNamed(directory, ODD.remailed.login)
    await remail(ODD.remailed, 'new@kestrel.example')
    const emails = ['new@kestrel.example']
    assert.deepEqual(await personNamed(directory, ODD.remailed.login), { ...before, emails })
  })

  test('finds one of thousands', async () => {
    const { directory } = opened()
    for (const n of [101, 2_477, 4_999]) {
      const one = ordinary(n)
      const person = await personNamed(directory, one.login)
      assert.deepEqual([person.displayName, person.emails], [one.name, one.mails])
    }
  })
}

/** Those whom a test makes somebody else. */
const CHANGING: ReadonlySet<string> = new Set(
  [ODD.renamed, ODD.recreated, ODD.moved, ODD.remailed].map(({ login }) => login),
)

/** In which no directory makes a difference. */
function commonSpellings(login: string): readonly string[] {
  const name = login.trim()
  return [
    ...[name, ` ${name} `, `${name}\u3000`, name.normalize('NFC'), name.normalize('NFD')],
    ...[upperCased(name), upperCased(name).normalize('NFD'), wide(name)],
  ]
}

/** A sharp s stays one: as two of them it is another letter. */
const upperCased = (text: string) =>
  Array.from(text, (one) => (one === 'ß' ? one : one.toUpperCase())).join('')

const wide = (text: string) =>
  text.replace(/[!-~]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0))

function openedOnce<B extends AsyncDisposable>(open: Open<B>): () => B {
  let bench: B | undefined
  before(async () => {
    bench = await open()
  })
  after(async () => {
    await bench?.[Symbol.asyncDispose]()
  })
  return () => {
    assert.ok(bench !== undefined)
    return bench
  }
}
