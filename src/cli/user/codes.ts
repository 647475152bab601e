import { Command } from 'commander'
import type { GivenCode, HelpDesk } from '../../directories/index.ts'
import type { OperatorCodeKind } from '../../kernel/index.ts'
import type { Desk } from '../desk.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { printable } from '../printable.ts'
import type { Tools } from '../tools.ts'
import { withPerson } from './with-person.ts'

type Options = {
  readonly hours?: string
  readonly minutes?: string
  readonly revoke?: true
  readonly json?: true
}

type Kind = {
  readonly kind: OperatorCodeKind
  readonly what: string
  readonly description: string
  readonly unit: 'hours' | 'minutes'
  readonly seconds: number
  readonly max: number
  readonly ordinarily: number
  /** What it does and to whom it must not come, a line each. */
  readonly mind: readonly string[]
}

const HOUR = 3600
const BIND: Kind = {
  ...{ kind: 'bind-code', what: 'setup code', unit: 'hours', seconds: HOUR },
  ...{ max: 168, ordinarily: 24 },
  description:
    'a code with which a person sets up their first OTP app, where firstEnrolment is bindCode',
  mind: [
    'It sets up one OTP app, is typed on the page that asks for it, and is not shown again.',
    'Hand it to nobody but them: with their password, whoever has it becomes them.',
  ],
}
const BYPASS: Kind = {
  ...{ kind: 'bypass-code', what: 'one-time code', unit: 'minutes', seconds: 60 },
  ...{ max: 24 * 60, ordinarily: 15 },
  description: 'a code that signs a person in once, for who has lost their phone',
  mind: [
    'It signs them in once, on the page that asks how they want to confirm who they are, and is not shown again.',
    'Make sure who is calling before you read it out: with their password, whoever has it becomes them.',
  ],
}

export const bindCode = (desk: Desk): Command => codeCommand(desk, BIND)
export const bypassCode = (desk: Desk): Command => codeCommand(desk, BYPASS)

function codeCommand(desk: Desk, of: Kind): Command {
  const { kind, unit, max, ordinarily } = of
  return new Command(kind)
    .description(`${of.description}; a new one takes the place of the former`)
    .argument('<who>')
    .option(`--${unit} <n>`, `how long it is good, 1 to ${max}; ${ordinarily} unless said`)
    .option('--revoke', 'end the one that there is, and make none')
    .option('--json', 'as JSON')
    .action(
      desk.action((who: string, options: Options, command: Command) => {
        const given = options[unit]
        const count = given === undefined ? ordinarily : countIn(given, max)
        if (count === undefined)
          return command.error(`error: --${unit} takes a whole number from 1 to ${max}`)
        if (options.revoke && given !== undefined)
          return command.error(`error: --revoke makes no code, so --${unit} says nothing`)
        return withPerson(desk, command, who, (helpDesk, operator, tools, { timeZone }) => {
          const asked = { of, who, operator, json: options.json === true }
          return options.revoke
            ? revoke(desk, helpDesk, asked)
            : give(desk, helpDesk, tools, { ...asked, timeZone, seconds: count * of.seconds })
        })
      }),
    )
}

type Asked = {
  readonly of: Kind
  readonly who: string
  readonly operator: string
  readonly json: boolean
}

async function give(
  desk: Desk,
  helpDesk: HelpDesk,
  { policy }: Pick<Tools, 'policy'>,
  asked: Asked & { readonly timeZone: string; readonly seconds: number },
): Promise<ExitCode> {
  const { of, who, operator, json, timeZone, seconds } = asked
  const given = await helpDesk.giveCode(operator, who, of.kind, seconds)
  if (!given.ok) return desk.refuse(given.error)
  desk.say(json ? jsonOf(of, given.value) : linesOf(of, given.value, timeZone))
  const { firstEnrolment } = (await policy.show()).policy
  if (of.kind === 'bind-code' && firstEnrolment !== 'bindCode')
    desk.world.io.stderr(
      `Mind: firstEnrolment is ${firstEnrolment}, so nobody is asked for this code.\n`,
    )
  return EXIT.ok
}

async function revoke(desk: Desk, helpDesk: HelpDesk, asked: Asked): Promise<ExitCode> {
  const { of, who, operator, json } = asked
  const revoked = await helpDesk.revokeCode(operator, who, of.kind)
  if (!revoked.ok) return desk.refuse(revoked.error)
  const { account, username } = revoked.value
  desk.say(
    json
      ? JSON.stringify({ account, username, kind: of.kind, revoked: true })
      : `The ${of.what} of ${username ?? who} is good no more.`,
  )
  return EXIT.ok
}

const jsonOf = ({ kind }: Kind, { account, username, code, expiresAt }: GivenCode): string =>
  JSON.stringify({ account, username, kind, code, expiresAt: new Date(expiresAt).toISOString() })

function linesOf(of: Kind, { username, account, code, expiresAt }: GivenCode, timeZone: string) {
  const until = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, dateStyle: 'medium', timeStyle: 'short' },
  }).format(expiresAt)
  return [
    printable(`The ${of.what} of ${username ?? account}, good until ${until} (${timeZone}):`),
    '',
    `    ${code}`,
    '',
    ...of.mind,
  ].join('\n')
}

/** Undefined unless it is a plain number from 1 to `max`. */
function countIn(text: string, max: number): number | undefined {
  const count = /^[0-9]{1,4}$/.test(text) ? Number(text) : 0
  return count >= 1 && count <= max ? count : undefined
}
