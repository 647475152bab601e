import { Command } from 'commander'
import type { Desk } from './desk.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { answerWords, personLines } from './person-words.ts'
import type { Looked, Tools } from './tools.ts'

type Options = { readonly reveal?: true; readonly json?: true }

export const people = (desk: Desk): Command =>
  new Command('people')
    .description('search every directory for a name; contacts are masked')
    .argument('<name>', 'as a provider would say it')
    .option('--reveal', 'contacts in full; the audit says who looked')
    .option('--json', 'as JSON lines')
    .action(
      desk.action((name: string, options: Options, command: Command) => {
        const operator = desk.operator(command)
        return desk.withTools(command, (tools) =>
          lookAt(desk, tools, { name, operator, ...options }),
        )
      }),
    )

/** Asks every directory and shows what each says. Zero where one of them has somebody who may sign in. */
export async function lookAt(
  desk: Desk,
  { directories }: Tools,
  asked: Options & { readonly name: string; readonly operator: string },
): Promise<ExitCode> {
  const looked = await directories.look(asked.name)
  const seen = looked.flatMap((one) => ('person' in one ? [one.person] : []))
  const isRevealed = asked.reveal === true
  // Kept first: where that fails, nothing is shown.
  if (isRevealed && seen.length > 0)
    await directories.tellRevealed(`operator:${asked.operator}`, seen)
  for (const one of looked) {
    if (asked.json) desk.say(JSON.stringify(isRevealed ? one : withoutContacts(one)))
    else desk.say(blockOf(one, isRevealed))
  }
  return looked.some(({ found }) => found === 'person') ? EXIT.ok : EXIT.problem
}

const blockOf = (looked: Looked, isRevealed: boolean): string =>
  [
    `${looked.directory}: ${answerWords(looked)}`,
    ...('person' in looked ? personLines(looked.person, isRevealed) : []).map(
      (line) => `  ${line}`,
    ),
  ].join('\n')

function withoutContacts(looked: Looked): object {
  if (!('person' in looked)) return looked
  const contacts = looked.person.contacts.map(({ written: _, as: __, ...contact }) => contact)
  return { ...looked, person: { ...looked.person, contacts } }
}
