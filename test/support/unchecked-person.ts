import type { LocalPerson } from '../../src/directories/index.ts'
import { newId } from '../../src/kernel/index.ts'
import type { TestApp } from './app.ts'
import { createSeededRandom } from './world.ts'

/** Somebody whose fields nobody looked at, as a directory of another kind might hand them over. `nameKey` finds them. */
export async function addUnchecked(
  app: TestApp,
  over: Partial<LocalPerson> & Pick<LocalPerson, 'nameKey'>,
): Promise<void> {
  const { nameKey, ...fields } = over
  const person: LocalPerson = {
    account: newId('account', createSeededRandom(`unchecked ${nameKey}`)),
    ...{ directory: 'local', username: nameKey, nameKey, displayName: null },
    ...{ emails: [], phones: [], locale: null, state: 'enabled', createdAt: app.clock.now() },
    ...fields,
  }
  await app.app.store.people.add([{ person, enrolment: null }], [])
}
