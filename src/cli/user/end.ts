import { Command } from 'commander'
import type { Desk } from '../desk.ts'
import { EXIT } from '../exit.ts'
import { withPeople } from './with-people.ts'

export const remove = (desk: Desk): Command =>
  endCommand(desk, 'remove', 'remove a person and their factors; the audit stays')

export const erase = (desk: Desk): Command =>
  endCommand(desk, 'erase', 'as remove, and end every sign-in of theirs that is under way')

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
            if (!found.ok) return desk.refuse(found.error)
            const { username, account } = found.value
            return desk.refuse(`${username} (${account}) can't be brought back: add --yes`)
          }
          const ended = await people[verb](operator, who)
          if (!ended.ok) return desk.refuse(ended.error)
          desk.say(`${ended.value.username} (${ended.value.account}) was ${verb}d.`)
          return EXIT.ok
        }),
      ),
    )
}
