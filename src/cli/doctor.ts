import { Command } from 'commander'
import type { Examined } from '../directories/ldap/index.ts'
import type { Desk } from './desk.ts'
import { EXIT } from './exit.ts'
import { examinedBlock, summaryOf } from './finding-words.ts'
import { lookAt } from './people.ts'
import { printable } from './printable.ts'

type Options = { readonly user?: string; readonly reveal?: true; readonly json?: true }

export const doctor = (desk: Desk): Command =>
  new Command('doctor')
    .description('connect to every server of every directory as configured, and say what is wrong')
    .option('--user <name>', 'instead: what is seen of one person, and how it was read')
    .option('--reveal', 'with --user: contacts in full; the audit says who looked')
    .option('--json', 'as JSON lines')
    .action(
      desk.action(({ user, ...options }: Options, command: Command) => {
        if (user === undefined && options.reveal)
          return command.error('error: --reveal is for --user')
        const operator = desk.operator(command)
        return desk.withTools(command, async (tools) => {
          if (user !== undefined) return lookAt(desk, tools, { name: user, operator, ...options })
          const examined = await tools.directories.examine()
          for (const { directory, servers } of examined)
            for (const server of servers)
              desk.say(
                options.json
                  ? JSON.stringify({ directory, ...server })
                  : blockOf(directory, server),
              )
          const mute = examined.filter(({ servers }) => servers.length === 0)
          for (const { directory } of mute) desk.refuse(`${directory}: no server could be examined`)
          const findings = examined.flatMap(({ servers }) => servers.flatMap((one) => one.findings))
          const told = findings.filter(({ weighs }) => weighs === 'wrong').length
          const wrong = told + mute.length
          if (!options.json) desk.say(summary(examined.length, wrong, findings.length - told))
          return wrong === 0 ? EXIT.ok : EXIT.problem
        })
      }),
    )

function blockOf(directory: string, { server, facts, findings }: Examined): string {
  return examinedBlock({
    title: `${directory} ${printable(server)}`,
    facts,
    findings: findings.map(({ weighs, key, says, wanted, line }) => {
      const change = key === null ? '' : `change directories.${directory}.${key}: `
      const more = [
        ...(wanted === null ? [] : [`${change}${wanted}`]),
        ...(line === null ? [] : [`  ${line}`]),
      ]
      return { weighs, says, more }
    }),
  })
}

const summary = (directories: number, wrong: number, toMind: number): string =>
  directories === 0
    ? 'No directory of a company is configured: everybody is kept in our own store.'
    : summaryOf(wrong, toMind, 'people may be refused until then')
