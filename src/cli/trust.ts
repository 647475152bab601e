import { Command } from 'commander'
import { type Id, parseId } from '../kernel/index.ts'
import type { Desk } from './desk.ts'
import { EXIT } from './exit.ts'
import type { TrustLine } from './tools.ts'
import { withPerson } from './user/index.ts'

/** WHO is a name in any spelling, or an account id. */
export function trust(desk: Desk): Command {
  return new Command('trust')
    .description('where a person need not be asked again, and the end of it')
    .option('--directory <name>', 'which one; may be left out where there is no doubt')
    .addCommand(list(desk))
    .addCommand(revoke(desk))
}

const list = (desk: Desk): Command =>
  new Command('list')
    .description('what is kept of a person’s trust, newest first')
    .argument('<who>')
    .option('--json', 'as JSON')
    .action(
      desk.action((who: string, { json }: { readonly json?: true }, command: Command) =>
        withPerson(desk, command, who, async (helpDesk, _operator, tools) => {
          const whom = await helpDesk.whom(who)
          if (!whom.ok) return desk.refuse(whom.error)
          const { account } = whom.value
          const lines = account === null ? [] : await tools.trust.list(account)
          if (json) desk.say(JSON.stringify(lines.map(shown)))
          else desk.say(lines.length === 0 ? NONE : lines.map(lineOf).join('\n'))
          return EXIT.ok
        }),
      ),
    )

const NONE = 'None: they are asked each time.'

const revoke = (desk: Desk): Command =>
  new Command('revoke')
    .description('ask a person again, where they were trusted')
    .argument('<who>')
    .option('--id <id>', 'one only, as `trust list` names it')
    .option('--all', 'everywhere')
    .action(
      desk.action(
        (
          who: string,
          { id, all }: { readonly id?: string; readonly all?: true },
          command: Command,
        ) => {
          const which = whichOf(id, all)
          if (which === undefined) return command.error('error: either --id with an id, or --all')
          return withPerson(desk, command, who, async (helpDesk, operator, tools) => {
            const whom = await helpDesk.whom(who)
            if (!whom.ok) return desk.refuse(whom.error)
            const { account, username } = whom.value
            const revoked =
              account === null
                ? 0
                : await tools.trust.revoke(account, which, `operator:${operator}`)
            if (revoked === 0 && which !== 'all')
              return desk.refuse('nothing of theirs is called so')
            desk.say(revokedWords(username ?? who, revoked))
            return EXIT.ok
          })
        },
      ),
    )

function revokedWords(who: string, revoked: number): string {
  if (revoked === 0) return `${who} was not trusted anywhere.`
  return `${who} is asked again: ${revoked} ${revoked === 1 ? 'piece' : 'pieces'} of trust ended.`
}

function whichOf(id: string | undefined, all: true | undefined): 'all' | Id<'trust'> | undefined {
  if (all === true) return id === undefined ? 'all' : undefined
  return parseId('trust', id)
}

const timeOf = (at: number): string => new Date(at).toISOString()

const shown = ({ until, at, ...line }: TrustLine) => ({
  ...line,
  at: timeOf(at),
  until: until === null ? null : timeOf(until),
})

function lineOf({ id, group, factor, binding, ip, at, until }: TrustLine): string {
  const where = {
    ip: `from ${ip}`,
    device: 'in one browser',
    'ip+device': `in one browser from ${ip}`,
  }
  // Their own hours, or the most that any rule gives: the one that holds at a sign-in may give fewer.
  const held = until === null ? 'over' : `until ${timeOf(until)} at the latest`
  return `${id} ${group}: ${factor} of ${timeOf(at)}, ${where[binding]}, ${held}`
}
