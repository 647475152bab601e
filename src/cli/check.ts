import { Command } from 'commander'
import type { Desk } from './desk.ts'
import { EXIT } from './exit.ts'

export const check = (desk: Desk): Command =>
  new Command('check')
    .description('read the configuration, report every problem, start nothing')
    .action(
      desk.action((_options: object, command: Command) =>
        desk.withConfig(command, async (config) => {
          const { problems, notes } = await desk.world.inspect(config)
          if (problems.length > 0) {
            desk.refuse(problems)
            return EXIT.configuration
          }
          for (const note of notes) desk.say(note)
          const { issuer, clients } = config
          desk.say(`The configuration of ${issuer} is in order; clients: ${clients.length}.`)
          return EXIT.ok
        }),
      ),
    )
