import { Command } from 'commander'
import { parseId } from '../../kernel/index.ts'
import type { Desk } from '../desk.ts'
import { EXIT } from '../exit.ts'
import { withPeople } from './with-people.ts'

export const remove = (desk: Desk): Command =>
  endCommand(
    desk,
    'remove',
    'remove a person, their factors and what is under way; the audit stays',
  )

export const erase = (desk: Desk): Command =>
  endCommand(desk, 'erase', 'as remove, and forget every sign-in; after it by account id')

function endCommand(desk: Desk, verb: 'remove' | 'erase', description: string): Command {
  return new Command(verb)
    .description(description)
    .argument('<who>')
    .option('--yes', 'really; without it nothing happens')
    .action(
      desk.action((who: string, { yes }: { readonly yes?: true }, command: Command) =>
        withPeople(desk, command, async (people, operator) => {
          if (!yes) {
            const found = await people.show(who)
            // Of somebody who was removed the account id is all there is to look for.
            const isLeft = verb === 'erase' && parseId('account', who) !== undefined
            if (!found.ok && !isLeft) return desk.refuse(found.error)
            const whom = found.ok ? nameOf(found.value) : who
            return desk.refuse(`${whom} can't be brought back: add --yes`)
          }
          const ended = await people[verb](operator, who)
          if (!ended.ok) return desk.refuse(ended.error)
          desk.say(`${nameOf(ended.value)} was ${verb}d.`)
          return EXIT.ok
        }),
      ),
    )
}

const nameOf = ({
  username,
  account,
}: {
  readonly username: string | null
  readonly account: string
}) => (username === null ? account : `${username} (${account})`)
