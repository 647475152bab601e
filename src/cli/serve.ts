import { Command } from 'commander'
import type { Desk } from './desk.ts'
import { EXIT } from './exit.ts'

export const serve = (desk: Desk): Command =>
  new Command('serve').description('run Sallyport').action(
    desk.action((_options: object, command: Command) =>
      desk.withTools(
        command,
        async (tools) => {
          // Heard from the beginning, so that a stop during the start is not lost.
          const stopped = desk.world.stopped()
          const served = await tools.serve()
          // Standard output is the log's, a JSON line each.
          desk.world.io.stderr(`Sallyport is ready: ${served.urls.join(' ')}\n`)
          await stopped
          await served.close()
          return EXIT.ok
        },
        'stdout',
      ),
    ),
  )
