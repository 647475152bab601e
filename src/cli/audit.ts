import { Command, InvalidArgumentError } from 'commander'
import type { Desk } from './desk.ts'
import { EXIT } from './exit.ts'

export const audit = (desk: Desk): Command =>
  new Command('audit')
    .description('what happened')
    .addCommand(
      new Command('export')
        .description('sealed events as JSON lines')
        .option('--after <sequence>', 'begin after this link', sequence, 0)
        .action(
          desk.action(({ after }: { readonly after: number }, command: Command) =>
            desk.withTools(command, async (tools) => {
              for await (const link of tools.audit.export(after)) desk.say(JSON.stringify(link))
              return EXIT.ok
            }),
          ),
        ),
    )
    .addCommand(
      new Command('verify')
        .description('tell whether the chain of events is whole')
        .option('--since <sequence>', 'begin after this link, which was good', sequence, 0)
        .action(
          desk.action(({ since }: { readonly since: number }, command: Command) =>
            desk.withTools(command, async (tools) => {
              const found = await tools.audit.verify(since)
              const rest = `${found.checked} links checked, ${found.unsealed} events not yet sealed`
              if (found.verdict === 'whole') {
                desk.say(`The chain is whole: ${rest}.`)
                return EXIT.ok
              }
              return desk.refuse(`The chain is ${found.verdict} at ${found.sequence}: ${rest}.`)
            }),
          ),
        ),
    )

function sequence(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It is the number of a link.')
  return Number(text)
}
