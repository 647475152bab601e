import { Command } from 'commander'
import type { Desk } from '../desk.ts'
import { EXIT } from '../exit.ts'
import { type FieldOptions, oneMore, withFieldOptions, writtenFrom } from './fields.ts'
import { type OwnOptions, ownFrom, setOwn, warn } from './own.ts'
import { withPerson } from './with-person.ts'

type Options = FieldOptions &
  OwnOptions & {
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
    .option(
      '--status <status>',
      'whether they are asked: enabled, disabled, or global as everybody',
    )
    .option('--factors <list>', 'their own, in this order, separated by commas; or global')
    .option(
      '--language <language>',
      'of pages and messages, whatever the directory says; or global',
    )
    .option(
      '--trust-hours <period>',
      'for which they are not asked again, such as 8h or 3d, 0h for never; or global',
    )
    .option('--clear <field>', 'forget name, email, phone or locale; may be repeated', oneMore)
    .action(
      desk.action((who: string, options: Options, command: Command) => {
        const cleared = clearedBy(options.clear ?? [])
        if (cleared === undefined)
          return command.error('error: --clear takes name, email, phone, locale')
        return withPerson(desk, command, who, async (helpDesk, operator, tools, config) => {
          const own = ownFrom(options, config)
          const { username } = options
          const changes = { username, ...writtenFrom(options), ...cleared }
          const hasFields = Object.values(changes).some((value) => value !== undefined)
          if (!own.ok) return desk.refuse(own.error)
          if (hasFields || own.value === null) {
            const changed = await helpDesk.set(operator, who, changes)
            if (!changed.ok) return desk.refuse(changed.error)
            desk.say(`${changed.value.username ?? who} was changed.`)
          }
          const now = username ?? who
          const code =
            own.value === null
              ? EXIT.ok
              : await setOwn(desk, tools, { helpDesk, operator, who: now, own: own.value })
          if (code === EXIT.ok) await warn(desk, tools, await helpDesk.whom(now))
          return code
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
