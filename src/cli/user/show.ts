import { Command } from 'commander'
import type { Shown, ShownAccount } from '../../directories/index.ts'
import { nameOfApp } from '../../kernel/index.ts'
import { codeWords } from '../code-words.ts'
import type { Desk } from '../desk.ts'
import { EXIT } from '../exit.ts'
import { maskedEmail, maskedPhone } from '../masked.ts'
import { printable } from '../printable.ts'
import { withPerson } from './with-person.ts'

type Options = { readonly json?: true; readonly reveal?: true }

export const show = (desk: Desk): Command =>
  new Command('show')
    .description('what is known here of a person; contacts are masked')
    .argument('<who>')
    .option('--reveal', 'contacts in full; the audit says who looked')
    .option('--json', 'as JSON')
    .action(
      desk.action((who: string, { json, reveal }: Options, command: Command) =>
        withPerson(desk, command, who, async (helpDesk, operator, { directories }) => {
          const isRevealed = reveal === true
          const found = await helpDesk.show(who)
          if (!found.ok) return desk.refuse(found.error)
          const { value } = found
          // Kept first: where that fails, nothing is shown.
          if (isRevealed)
            await directories.tellRevealed(`operator:${operator}`, [
              { immutableId: value.account, ...value },
            ])
          const shown = {
            ...('immutableId' in value ? elsewhere(value, isRevealed) : ours(value, isRevealed)),
            ...heldUp(value),
          }
          if (json) desk.say(JSON.stringify(shown))
          else {
            desk.say(linesOf({ ...shown, ...inWords(shown) }))
            if ('immutableId' in value) desk.say(MORE(value))
          }
          return EXIT.ok
        }),
      ),
    )

function ours(person: Shown, isRevealed: boolean) {
  const { nameKey: _, answers: __, sends: ___, factors: ____, codes: _____, ...rest } = person
  const { emails, phones } = shownContacts(person, isRevealed)
  return { ...rest, emails, phones, createdAt: timeOf(person.createdAt) }
}

function elsewhere(person: ShownAccount, isRevealed: boolean) {
  const { account, directory, immutableId, username, contacts, seenAt, goneAt } = person
  const { emails, phones } = shownContacts(contacts, isRevealed)
  return {
    ...{ account, directory, immutableId, username, seenAt: timeOf(seenAt) },
    goneAt: goneAt === null ? null : timeOf(goneAt),
    ...{ addedEmails: emails, addedPhones: phones },
  }
}

const shownContacts = (
  { emails, phones }: { readonly emails: readonly string[]; readonly phones: readonly string[] },
  isRevealed: boolean,
) => ({
  emails: isRevealed ? emails : emails.map(maskedEmail),
  phones: isRevealed ? phones : phones.map(maskedPhone),
})

const heldUp = ({ factors, answers, sends, codes }: Shown | ShownAccount) => ({
  factors: factors.map(({ place, ...factor }) => ({
    ...factor,
    name: nameOfApp({ ...factor, place }),
    at: timeOf(factor.at),
  })),
  answers: answers.map(({ pausedUntil, ...answer }) => ({
    ...answer,
    pausedUntil: typeof pausedUntil === 'number' ? timeOf(pausedUntil) : pausedUntil,
  })),
  sends: sends.map(({ nextAt, ...send }) => ({ ...send, nextAt: timeOf(nextAt) })),
  codes: codes.map(({ madeAt, expiresAt, ...code }) => ({
    ...{ ...code, madeAt: timeOf(madeAt), expiresAt: timeOf(expiresAt) },
  })),
})

const inWords = ({ answers, sends, codes }: ReturnType<typeof heldUp>) => ({
  codes: listed(codes.map(codeWords)),
  answers: listed(answers.map(answerWords)),
  sends: listed(sends.map(({ channel, lane, nextAt }) => `${channel} ${lane}: next at ${nextAt}`)),
})

/** Of what has commas of its own. */
const listed = (words: readonly string[]): string | null => words.join('; ') || null

const MORE = ({ directory, username }: ShownAccount): string =>
  `What ${directory} says of them: sallyport people ${username}`

const timeOf = (at: number): string => new Date(at).toISOString()

function answerWords(answer: ReturnType<typeof heldUp>['answers'][number]): string {
  const { factor, lane, failures, pausedUntil } = answer
  const held =
    pausedUntil === 'operator' ? 'off until unlocked' : `paused until ${pausedUntil ?? ''}`
  const where = lane.startsWith('browser:') ? 'in a known browser' : lane
  const said = `${factor} ${where}: ${failures} wrong in a row`
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
