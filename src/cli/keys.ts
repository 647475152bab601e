import { Command } from 'commander'
import type { Instant } from '../kernel/index.ts'
import type { Desk } from './desk.ts'
import { EXIT } from './exit.ts'
import { table } from './table.ts'

export const keys = (desk: Desk): Command =>
  new Command('keys')
    .description('the keys that sign ID tokens')
    .addCommand(
      new Command('list')
        .description('next, active and retired keys')
        .option('--json', 'as JSON lines')
        .action(
          desk.action(({ json }: { readonly json?: true }, command: Command) =>
            desk.withTools(command, async (tools) => {
              const lines = await tools.keys.list()
              if (json) for (const line of lines) desk.say(JSON.stringify(line))
              else
                desk.say(
                  table(
                    HEAD,
                    lines.map(({ kid, alg, state, ...at }) => [
                      kid,
                      alg,
                      state,
                      timeOf(at.madeAt),
                      timeOf(at.activatedAt),
                      timeOf(at.retiredAt),
                    ]),
                  ),
                )
              return EXIT.ok
            }),
          ),
        ),
    )
    .addCommand(
      new Command('rotate')
        .description('publish a new key, which signs once every client can know it')
        .action(
          desk.action((_options: object, command: Command) =>
            desk.withTools(command, async (tools) => {
              const { rotation, kid, at } = await tools.keys.rotate(
                `operator:${desk.operator(command)}`,
              )
              const when = new Date(at).toISOString()
              desk.say(
                rotation === 'begun'
                  ? `Key ${kid} is published and signs from ${when}.`
                  : `Key ${kid} waits already and signs from ${when}.`,
              )
              return EXIT.ok
            }),
          ),
        ),
    )

const HEAD = ['kid', 'alg', 'state', 'made', 'activated', 'retired']

const timeOf = (at: Instant | null) => (at === null ? '-' : new Date(at).toISOString())
