import { Command } from 'commander'
import type { Desk } from '../desk.ts'
import { EXIT } from '../exit.ts'
import { withPeople } from './with-people.ts'

export const disable = (desk: Desk): Command =>
  stateCommand(desk, 'disable', 'refuse a person from now on; nothing of theirs is lost')

export const enable = (desk: Desk): Command =>
  stateCommand(desk, 'enable', 'let a person who was disabled sign in again')

function stateCommand(desk: Desk, verb: 'disable' | 'enable', description: string): Command {
  return new Command(verb)
    .description(description)
    .argument('<who>')
    .action(
      desk.action((who: string, _options: object, command: Command) =>
        withPeople(desk, command, async (people, operator) => {
          const changed = await people[verb](operator, who)
          if (!changed.ok) return desk.refuse(changed.error)
          desk.say(`${changed.value.username} is ${changed.value.state}.`)
          return EXIT.ok
        }),
      ),
    )
}
