import { Command } from 'commander'
import type { Desk } from '../desk.ts'
import { EXIT } from '../exit.ts'
import { type FieldOptions, withFieldOptions, writtenFrom } from './fields.ts'
import { withPeople } from './with-people.ts'

export const add = (desk: Desk): Command =>
  withFieldOptions(
    new Command('add').description('add a person').argument('<username>', 'as they sign in'),
  ).action(
    desk.action((username: string, options: FieldOptions, command: Command) =>
      withPeople(desk, command, async (people, operator) => {
        const added = await people.add(operator, { username, ...writtenFrom(options) })
        if (!added.ok) return desk.refuse(added.error)
        desk.say(`${added.value.username} was added as ${added.value.account}.`)
        return EXIT.ok
      }),
    ),
  )
