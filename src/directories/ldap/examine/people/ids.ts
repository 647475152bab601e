import { immutableIdOf } from '../../immutable-id.ts'
import { accountOf } from '../../servers/account.ts'
import type { LdapSettings } from '../../settings.ts'
import type { Entry } from '../../wire.ts'
import { type Notes, peopleOf } from '../notes.ts'

/** What a second factor hangs on: whoever has none is refused. */
export function examineIds(
  sample: readonly Entry[],
  settings: LdapSettings,
  { tell, find }: Notes,
): void {
  const { id } = settings.attributes
  const without = sample.filter((entry) => immutableIdOf(entry, settings) === undefined).length
  tell('immutable id', `${id} ${sample.length - without} of ${sample.length}`)
  if (without === 0) return
  const which = without === sample.length ? 'nobody shows' : `${without} do not show`
  find('wrong', {
    says: `of ${peopleOf(sample.length)} looked at ${which} ${id}, without which somebody is refused`,
    key: 'attributes.id',
    wanted: `what everybody has and never changes, such as entryUUID, in Active Directory objectGUID. If ${id} is right, ${accountOf(settings.bind)} may not read it`,
  })
}
