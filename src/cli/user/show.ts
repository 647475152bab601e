import { Command } from 'commander'
import type { Desk } from '../desk.ts'
import { EXIT } from '../exit.ts'
import { maskedEmail, maskedPhone } from '../masked.ts'
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
          const { nameKey: _, emails, phones, createdAt, factors, ...rest } = found.value
          const { answers, sends, ...person } = rest
          const shown = {
            ...person,
            emails: reveal ? emails : emails.map(maskedEmail),
            phones: reveal ? phones : phones.map(maskedPhone),
            createdAt: timeOf(createdAt),
            factors: factors.map((factor) => ({
              ...factor,
              at: timeOf(factor.at),
            })),
            answers: answers.map(({ pausedUntil, ...answer }) => ({
              ...answer,
              pausedUntil: typeof pausedUntil === 'number' ? timeOf(pausedUntil) : pausedUntil,
            })),
            sends: sends.map(({ nextAt, ...send }) => ({ ...send, nextAt: timeOf(nextAt) })),
          }
          const words = {
            ...shown,
            answers: shown.answers.map(answerWords),
            sends: shown.sends.map(
              ({ channel, lane, nextAt }) => `${channel} ${lane}: next at ${nextAt}`,
            ),
          }
          desk.say(json ? JSON.stringify(shown) : linesOf(words))
          return EXIT.ok
        }),
      ),
    )

const timeOf = (at: number): string => new Date(at).toISOString()

function answerWords(answer: {
  readonly factor: string
  readonly lane: string
  readonly failures: number
  readonly pausedUntil: string | null
}): string {
  const { factor, lane, failures, pausedUntil } = answer
  const held =
    pausedUntil === 'operator' ? 'off until unlocked' : `paused until ${pausedUntil ?? ''}`
  const said = `${factor} ${lane}: ${failures} wrong in a row`
  return pausedUntil === null ? said : `${said}, ${held}`
}

const linesOf = (shown: object): string =>
  Object.entries(shown)
    .map(([name, value]) => `${name.padEnd(12)} ${printable(wordsOf(value))}`)
    .join('\n')

function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(wordsOf).join(', ') || '-'
  if (typeof value === 'object' && value !== null) return Object.values(value).join(' ')
  return value === null ? '-' : String(value)
}
