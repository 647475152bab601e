import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type AccountOf,
  createAccountOf,
  createLocalDirectory,
  createPeople,
} from '../../src/directories/index.ts'
import { openSqliteStore, type Store } from '../../src/store/index.ts'
import type { DirectoryBench } from '../contract/directory.contract.ts'
import { NO_CODES } from './codes.ts'
import { LOCKS } from './limits.ts'
import { type Inhabitant, ODD } from './population/people.ts'
import { createFakeClock, createSeededRandom, createTestKeys } from './world.ts'

let opened = 0

/** For a directory that needs one: where accounts are kept. */
export async function openAccounts(): Promise<
  AsyncDisposable & { readonly accountOf: AccountOf; readonly store: Store }
> {
  await using opening = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-directory-'))
  opening.defer(() => rm(folder, { recursive: true }))
  const world = { clock: createFakeClock(), random: createSeededRandom(`directory ${opened++}`) }
  const store = opening.use(
    await openSqliteStore({
      ...{ ...world, file: join(folder, 'sallyport.db'), keys: createTestKeys(), heard: () => {} },
    }),
  )
  const accountOf = createAccountOf({ ...world, store: store.accounts })
  const made = opening.move()
  return { accountOf, store, [Symbol.asyncDispose]: () => made.disposeAsync() }
}

/** Our own people, as an operator adds them: whose contacts are none, has none. */
export async function openLocalBench(): Promise<DirectoryBench> {
  await using opening = new AsyncDisposableStack()
  const { store } = opening.use(await openAccounts())
  const people = createPeople({
    ...{ store: store.people, clock: createFakeClock(), random: createSeededRandom('local') },
    ...{ directory: 'local', defaultCountry: 'DE', locks: LOCKS, codes: NO_CODES },
  })
  for (const one of Object.values(ODD)) await add(one)

  const made = opening.move()
  return {
    directory: createLocalDirectory({ name: 'local', store: store.people }),
    spellings: () => [],
    async rename({ login }, username) {
      await people.set('test', login, { username })
    },
    async recreate(one) {
      await people.remove('test', one.login)
      await add(one)
    },
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  }

  async function add({ login, name, mails, mobiles, telephones, language, state }: Inhabitant) {
    const fields = {
      ...{ username: login, displayName: name },
      locale: language?.startsWith('zh') ? 'zh-CN' : null,
    }
    const added = await people.add('test', fields)
    if (!added.ok) throw new Error(`${login}: ${added.error.join(', ')}`)
    // One by one, since an operator is told of each that is none.
    const contacts = { emails: [] as string[], phones: [] as string[] }
    for (const email of mails)
      if ((await people.set('test', login, { emails: [email] })).ok) contacts.emails.push(email)
    for (const phone of [...mobiles, ...telephones])
      if ((await people.set('test', login, { phones: [phone] })).ok) contacts.phones.push(phone)
    await people.set('test', login, contacts)
    if (state === 'disabled') await people.disable('test', login)
  }
}
