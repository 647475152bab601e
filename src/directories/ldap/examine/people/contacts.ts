import { readContacts } from '../../contacts.ts'
import type { LdapSettings } from '../../settings.ts'
import type { Entry } from '../../wire.ts'
import type { Notes } from '../notes.ts'

const KINDS = { phone: ['phones', 'phone numbers'], email: ['emails', 'addresses'] } as const

/** How many of the contacts that are there can be used: what is no number of a phone, or no address, is left out. */
export function examineContacts(
  sample: readonly Entry[],
  settings: LdapSettings,
  { tell, find }: Notes,
): void {
  const all = sample.flatMap((entry) => readContacts(entry, settings))
  for (const contact of ['email', 'phone'] as const) {
    const [key, words] = KINDS[contact]
    const reads = all.filter((one) => one.contact === contact && one.read !== 'same-as-another')
    const taken = reads.filter(({ read }) => read === 'taken').length
    if (reads.length === 0) continue
    tell(`${key} read`, `${taken} of ${reads.length}`)
    if (taken > 0) continue
    const isNational = contact === 'phone' && settings.defaultCountry === null
    find('mind', {
      says: `of ${reads.length} ${words} there is none that can be read, so they are all left out`,
      key: isNational ? 'defaultCountry' : `attributes.${key}`,
      wanted: isNational
        ? 'the country whose numbers are written there without a +, such as DE'
        : `the attribute that holds ${words}. \`sallyport doctor --user NAME\` shows how each was read`,
    })
  }
}
