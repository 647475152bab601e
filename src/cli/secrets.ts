import { Command } from 'commander'
import type { Desk } from './desk.ts'
import { EXIT } from './exit.ts'

const KEY_BYTES = 32

export const secrets = (desk: Desk): Command =>
  new Command('secrets')
    .description('field keys, which seal what is secret in the store')
    .addCommand(
      new Command('new').description('print a new field key, and nothing else').action(
        desk.action(() => {
          desk.say(Buffer.from(desk.world.random.bytes(KEY_BYTES)).toString('base64'))
          return EXIT.ok
        }),
      ),
    )
    .addCommand(
      new Command('rotate').description('seal everything anew under the newest field key').action(
        desk.action((_options: object, command: Command) =>
          desk.withTools(command, async (tools) => {
            const { resealed } = await tools.reseal(`operator:${desk.operator(command)}`)
            desk.say(
              `${resealed} sealed anew. Keep the older keys for as long as audit events of their time are kept: the chain is checked with them.`,
            )
            return EXIT.ok
          }),
        ),
      ),
    )
