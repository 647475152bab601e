import { Command } from 'commander'
import type { Desk } from './desk.ts'
import { EXIT } from './exit.ts'

export const serve = (desk: Desk): Command =>
  new Command('serve').description('run Sallyport').action(
    desk.action((_options: object, command: Command) =>
      desk.withTools(command, async (tools) => {
        // Heard from the beginning, so that a stop during the start is not lost.
        const stopped = desk.world.stopped()
        const served = await tools.serve()
        desk.say(`Sallyport is ready: ${served.urls.join(' ')}`)
        await stopped
        await served.close()
        return EXIT.ok
      }),
    ),
  )
