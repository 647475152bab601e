import { Command, InvalidArgumentError } from 'commander'
import type { AuditVerdict } from '../audit/index.ts'
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
        .option('--checkpoint <sequence:mac>', 'compare with this one, as it was logged', point)
        .action(
          desk.action(({ since, checkpoint }: VerifyOptions, command: Command) =>
            desk.withTools(command, async (tools) => {
              if (checkpoint !== undefined && checkpoint.sequence < since)
                return command.error('error: --since is beyond --checkpoint')
              const found = await tools.audit.verify({
                after: since,
                checkpoint: checkpoint ?? null,
              })
              if (found.verdict !== 'whole') return desk.refuse(worded(found))
              desk.say(`The chain is whole: ${restOf(found)}.`)
              return EXIT.ok
            }),
          ),
        ),
    )

type Point = { readonly sequence: number; readonly mac: string }
type VerifyOptions = { readonly since: number; readonly checkpoint?: Point }

export const restOf = ({ checked, unsealed }: AuditVerdict) =>
  `${checked} links checked, ${unsealed} events not yet sealed`

export function worded(found: Exclude<AuditVerdict, { readonly verdict: 'whole' }>): string {
  const rest = restOf(found)
  switch (found.verdict) {
    case 'key-missing':
      return `The chain cannot be checked at ${found.sequence}: it was sealed under '${found.keyId}', which encryption.keys does not have: ${rest}.`
    case 'pruned':
      return `The checkpoint is older than what is kept, which begins after ${found.sequence}: compare with a later one.`
    default:
      return `The chain is ${found.verdict} at ${found.sequence}: ${rest}.`
  }
}

function sequence(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It is the number of a link.')
  return Number(text)
}

function point(text: string): Point {
  const [, number = '', mac = ''] = /^(\d{1,15}):([A-Za-z0-9_-]{43})$/.exec(text) ?? []
  if (mac === '')
    throw new InvalidArgumentError('It is sequence and mac of a logged checkpoint, as 120:MAC.')
  return { sequence: Number(number), mac }
}
