import { isIP } from 'node:net'
import { Command } from 'commander'
import { type Instant, instantOf } from '../kernel/index.ts'
import type { Desk } from './desk.ts'
import { EXIT } from './exit.ts'
import { explainedLines } from './explain-words.ts'

type Options = {
  readonly user: string
  readonly client: string
  readonly ip?: string
  readonly acr?: string
  readonly at?: string
  readonly reveal?: true
  readonly json?: true
}

export const explain = (desk: Desk): Command =>
  new Command('explain')
    .description('what would be asked of somebody, and why; nothing is sent or changed')
    .requiredOption('--user <name>', 'as the provider would say it')
    .requiredOption('--client <id>', 'at which they sign in')
    .option('--ip <address>', 'from where; left out: from nowhere that a rule could name')
    .option('--acr <values>', 'that the client insists on, separated by spaces')
    .option('--at <time>', 'such as 2026-12-24T20:00:00Z; else now')
    .option('--reveal', 'contacts in full; the audit says who looked')
    .option('--json', 'as JSON')
    .action(
      desk.action((options: Options, command: Command) => {
        const { user, client, ip = null, acr = '', reveal, json } = options
        if (ip !== null && isIP(ip) === 0) return command.error('error: --ip is no IP address')
        const at = options.at === undefined ? null : timeIn(options.at)
        if (at === undefined)
          return command.error('error: --at takes a time such as 2026-12-24T20:00:00Z')
        const operator = desk.operator(command)
        return desk.withTools(command, async (tools, { timeZone }) => {
          const wanted = acr.split(/\s+/).filter((value) => value !== '')
          const told = await tools.explain({ user, client, ip, acr: wanted, at })
          if (told.explained === 'unknown-client')
            return desk.refuse(`--client: one of ${told.clients.join(', ')}`)
          const isRevealed = reveal === true
          if (isRevealed && told.explained === 'person')
            await tools.directories.tellRevealed(`operator:${operator}`, [told.person])
          const lines = explainedLines(told, { user, client, ip, timeZone, isRevealed })
          desk.say(
            json
              ? JSON.stringify({ ...told, lines }, withoutContacts(isRevealed))
              : lines.join('\n'),
          )
          return told.explained === 'person' ? EXIT.ok : EXIT.problem
        })
      }),
    )

/** With its zone, so that nobody has to guess which was meant. */
function timeIn(text: string): Instant | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)$/.test(text)) return undefined
  const at = Date.parse(text)
  if (Number.isNaN(at)) return undefined
  // Which takes 30 February for 2 March.
  const day = text.slice(0, 10)
  return new Date(`${day}T00:00Z`).toISOString().startsWith(day) ? instantOf(at) : undefined
}

const CONTACTS = new Set(['emails', 'phones', 'to'])

/** The lines have them masked. */
const withoutContacts = (isRevealed: boolean) => (key: string, value: unknown) =>
  !isRevealed && CONTACTS.has(key) && Array.isArray(value) ? value.length : value
