import { Command } from 'commander'
import type { Desk } from '../desk.ts'
import { EXIT } from '../exit.ts'
import { type FieldOptions, oneMore, withFieldOptions, writtenFrom } from './fields.ts'
import { withPerson } from './with-person.ts'

type Options = FieldOptions & {
  readonly username?: string
  readonly clear?: readonly string[]
}

export const set = (desk: Desk): Command =>
  withFieldOptions(
    new Command('set')
      .description('change a person; of somebody who is kept elsewhere: add email or phone')
      .argument('<who>'),
  )
    .option('--username <name>', 'another name; account and factors stay')
    .option('--clear <field>', 'forget name, email, phone or locale; may be repeated', oneMore)
    .action(
      desk.action((who: string, options: Options, command: Command) => {
        const cleared = clearedBy(options.clear ?? [])
        if (cleared === undefined)
          return command.error('error: --clear takes name, email, phone, locale')
        return withPerson(desk, command, who, async (helpDesk, operator) => {
          const { username } = options
          const changes = { username, ...writtenFrom(options), ...cleared }
          const changed = await helpDesk.set(operator, who, changes)
          if (!changed.ok) return desk.refuse(changed.error)
          desk.say(`${changed.value.username ?? who} was changed.`)
          return EXIT.ok
        })
      }),
    )

function clearedBy(fields: readonly string[]): object | undefined {
  const empty = new Map<string, object>([
    ['name', { displayName: null }],
    ['email', { emails: [] }],
    ['phone', { phones: [] }],
    ['locale', { locale: null }],
  ])
  const cleared = fields.map((field) => empty.get(field))
  return cleared.includes(undefined) ? undefined : Object.assign({}, ...cleared)
}
