import { Command } from 'commander'
import type { Summary } from '../../directories/index.ts'
import type { Desk } from '../desk.ts'
import { EXIT } from '../exit.ts'
import { table } from '../table.ts'
import { withPeople } from './with-people.ts'

const PAGE = 500
/** RFC 4226 §4. Only an import that was told to brings in shorter ones. */
const SECRET_BITS_MIN = 128

export const list = (desk: Desk): Command =>
  new Command('list')
    .description('everybody, in order of name, without their contacts')
    .option('--json', 'as JSON lines')
    .action(
      desk.action(({ json }: { readonly json?: true }, command: Command) =>
        withPeople(desk, command, async (people) => {
          for (let after = ''; ; ) {
            const page = await people.list(after, PAGE)
            if (json) for (const one of page) desk.say(JSON.stringify(lineOf(one)))
            else if (page.length > 0 || after === '') desk.say(table(HEAD, page.map(cellsOf)))
            const last = page.at(-1)
            if (last === undefined || page.length < PAGE) return EXIT.ok
            after = last.nameKey
          }
        }),
      ),
    )

const HEAD = ['username', 'account', 'state', 'emails', 'phones', 'factors']

const cellsOf = (person: Summary): readonly string[] => {
  const { username, account, state, emails, phones } = lineOf(person)
  return [username, account, state, `${emails}`, `${phones}`, factorsOf(person) || '-']
}

/** How many contacts there are, and not which. */
const lineOf = ({ username, account, state, emails, phones, factors }: Summary) => ({
  username,
  account,
  state,
  emails: emails.length,
  phones: phones.length,
  factors: factors.map(({ secretBits, ...factor }) => ({
    ...factor,
    secretBits,
    isShort: secretBits < SECRET_BITS_MIN,
  })),
})

const factorsOf = ({ factors }: Summary): string =>
  factors
    .map(({ kind, provenance, secretBits }) =>
      secretBits < SECRET_BITS_MIN
        ? `${kind} (${provenance}, SHORT SECRET: ${secretBits} bits)`
        : `${kind} (${provenance})`,
    )
    .join(', ')
