import { Command } from 'commander'
import type { Desk } from './desk.ts'
import { EXIT } from './exit.ts'

export const check = (desk: Desk): Command =>
  new Command('check')
    .description('read the configuration, report every problem, start nothing')
    .action(
      desk.action((_options: object, command: Command) =>
        desk.withConfig(command, ({ issuer, clients }) => {
          desk.say(`The configuration of ${issuer} is in order; clients: ${clients.length}.`)
          return EXIT.ok
        }),
      ),
    )
