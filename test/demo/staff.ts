import { type Inhabitant, MAIL_DOMAIN } from '../support/population/people.ts'
import type { DemoUser } from './idp.ts'

/** Somebody in a company's directory, and what they are there to show. */
export type Employee = DemoUser & {
  /** Everything that they may type for their name; the first is the shortest. */
  readonly names: readonly string[]
  readonly shows: string
}

type Kept = Inhabitant & { readonly upn: string; readonly shows: string }

const somebody = (login: string, address: string, name: string, shows: string): Kept => ({
  ...{ login, name, shows, upn: `${address}@${MAIL_DOMAIN}`, mails: [`${address}@${MAIL_DOMAIN}`] },
  ...{ mobiles: [], telephones: [], language: null, unit: 'Ops', state: 'enabled' },
})

const nora = somebody('nora', 'nora.night', 'Nora Night', 'in a group within three other groups')

export const STAFF: readonly Kept[] = [
  {
    ...somebody('alice', 'alice.adams', 'Alice Adams', 'one account, whichever name she types'),
    mobiles: ['0151 2345 6789'],
  },
  {
    ...somebody('bob', 'bob.baker', 'Bob Baker', 'two addresses: he chooses where the code goes'),
    mails: [`bob.baker@${MAIL_DOMAIN}`, `bob@${MAIL_DOMAIN}`],
  },
  {
    ...somebody(
      '李伟',
      'li.wei',
      '李伟',
      'a name in another script; pages and mail are in Chinese',
    ),
    language: 'zh-CN',
  },
  nora,
  {
    ...somebody(
      'dave',
      'dave.doe',
      'Dave Doe',
      'disabled in the directory: refused, though the password is right',
    ),
    state: 'disabled',
  },
  {
    ...somebody(
      'erin',
      'erin.evans',
      'Erin Evans',
      'no address in the directory: nowhere to send a code',
    ),
    mails: [],
  },
]

/** In the innermost of the nested groups. */
export const NIGHT_SHIFT: readonly Inhabitant[] = [nora]

/** As the IAM knows them, which has a password for each, and an address that Sallyport does not go by. */
export const employees = (namesOf: (one: Kept) => readonly string[]): readonly Employee[] =>
  STAFF.map((one, n) => ({
    ...{ id: `employee-${n + 1}`, username: one.login, email: one.upn, password: 'demo' },
    ...{ names: namesOf(one), shows: one.shows },
  }))
