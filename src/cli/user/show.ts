import { Command } from 'commander'
import type { Desk } from '../desk.ts'
import { EXIT } from '../exit.ts'
import { printable } from '../printable.ts'
import { withPeople } from './with-people.ts'

type Options = { readonly json?: true; readonly reveal?: true }

export const show = (desk: Desk): Command =>
  new Command('show')
    .description('what is known of a person; contacts are masked')
    .argument('<who>')
    .option('--reveal', 'contacts in full')
    .option('--json', 'as JSON')
    .action(
      desk.action((who: string, { json, reveal }: Options, command: Command) =>
        withPeople(desk, command, async (people) => {
          const found = await people.show(who)
          if (!found.ok) return desk.refuse(found.error)
          const { nameKey: _, emails, phones, createdAt, factors, ...person } = found.value
          const shown = {
            ...person,
            emails: reveal ? emails : emails.map(maskedEmail),
            phones: reveal ? phones : phones.map(maskedPhone),
            createdAt: new Date(createdAt).toISOString(),
            factors: factors.map((factor) => ({
              ...factor,
              at: new Date(factor.at).toISOString(),
            })),
          }
          desk.say(json ? JSON.stringify(shown) : linesOf(shown))
          return EXIT.ok
        }),
      ),
    )

const linesOf = (shown: object): string =>
  Object.entries(shown)
    .map(([name, value]) => `${name.padEnd(12)} ${printable(wordsOf(value))}`)
    .join('\n')

function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(wordsOf).join(', ') || '-'
  if (typeof value === 'object' && value !== null) return Object.values(value).join(' ')
  return value === null ? '-' : String(value)
}

const maskedEmail = (address: string): string => {
  const at = address.lastIndexOf('@')
  return `${address.slice(0, 1)}***${address.slice(at)}`
}

const maskedPhone = (number: string): string => `${number.slice(0, 3)}***${number.slice(-2)}`
