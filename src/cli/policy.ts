import { diff } from 'node:util'
import { Command } from 'commander'
import { type Config, formatPolicy, formatProblems, parsePolicy } from '../config/index.ts'
import type { Desk } from './desk.ts'
import { EXIT, type ExitCode } from './exit.ts'
import type { Tools } from './tools.ts'

/** Somewhat more than a hundred thousand people with settings of their own. */
const BYTES_MAX = 32 * 1024 * 1024

export const policy = (desk: Desk): Command =>
  new Command('policy')
    .description('who is asked, and with what: one document, changed while Sallyport runs')
    .addCommand(show(desk))
    .addCommand(difference(desk))
    .addCommand(apply(desk))

const show = (desk: Desk): Command =>
  new Command('show').description('what is in force, as YAML that `apply` takes').action(
    desk.action((_: object, command: Command) =>
      desk.withTools(command, async ({ policy: held }) => {
        const shown = await held.show()
        const origin =
          shown.appliedAt === null
            ? 'as the configuration has it; nothing was applied yet'
            : `applied at ${new Date(shown.appliedAt).toISOString()}; the configuration's is not in force`
        desk.say(`# ${origin}\n${formatPolicy(shown).trimEnd()}`)
        return EXIT.ok
      }),
    ),
  )

const difference = (desk: Desk): Command =>
  new Command('diff')
    .description('what `apply` would change; exits with 1 where it is something')
    .argument('<file>', 'a document as `policy show` prints it; - for standard input')
    .action(
      desk.action((file: string, _: object, command: Command) =>
        withDocument(desk, command, file, async (document, tools) => {
          const shown = await tools.policy.show()
          const names = new Map(shown.people.map((one) => [one.account, one]))
          const people = document.people.map((one) => ({
            ...{ directory: '', username: null, ...names.get(one.account), ...one },
          }))
          const lines = changes(
            linesOf(formatPolicy({ ...shown, version: 0 })),
            linesOf(formatPolicy({ ...document, people, version: 0 })),
          )
          if (lines.length > 0) desk.say(lines.join('\n'))
          else desk.say('Nothing would change.')
          if (document.version !== shown.version) return desk.refuse(OUTDATED(document, shown))
          return lines.length > 0 ? EXIT.problem : EXIT.ok
        }),
      ),
    )

const apply = (desk: Desk): Command =>
  new Command('apply')
    .description('put a document in force, whole or not at all')
    .argument('<file>', 'a document as `policy show` prints it; - for standard input')
    .action(
      desk.action((file: string, _: object, command: Command) => {
        const operator = desk.operator(command)
        return withDocument(desk, command, file, async (document, tools) => {
          switch (await tools.policy.apply(operator, document)) {
            case 'applied':
              desk.say(`Policy ${document.version + 1} is in force.`)
              return EXIT.ok
            case 'stale':
              return desk.refuse(OUTDATED(document, await tools.policy.show()))
            case 'unknown-account':
              return desk.refuse('people names an account that there is not (any more)')
          }
        })
      }),
    )

type Versioned = { readonly version: number }

const OUTDATED = (document: Versioned, now: Versioned): string =>
  `the document was made from version ${document.version}, and ${now.version} is in force: somebody changed something meanwhile. Begin with \`policy show\` again`

type Parsed = Extract<ReturnType<typeof parsePolicy>, { readonly ok: true }>['value']

function withDocument(
  desk: Desk,
  command: Command,
  file: string,
  run: (document: Parsed, tools: Tools, config: Config) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { io } = desk.world
  return desk.withTools(command, async (tools, config) => {
    const read = file === '-' ? await io.readStdin(BYTES_MAX) : io.readFile(file, BYTES_MAX)
    if (!read.ok) return desk.refuse(`${file} cannot be read: ${read.error}`)
    const parsed = parsePolicy(Buffer.from(read.value).toString('utf8'), file, config)
    if (parsed.ok) return run(parsed.value, tools, config)
    io.stderr(`${formatProblems(parsed.error, 'The policy', 'nothing was applied')}\n`)
    return EXIT.problem
  })
}

const linesOf = (text: string): string[] => text.trimEnd().split('\n')

/** Around what changed so many lines that one sees where it is. */
const CONTEXT = 2

function changes(before: string[], after: string[]): readonly string[] {
  const all = diff(before, after)
  const isNear = (at: number) =>
    all.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(([op]) => op !== 0)
  return all.flatMap(([op, line], at) =>
    isNear(at) ? [`${op === 0 ? ' ' : op < 0 ? '+' : '-'} ${line}`] : [],
  )
}
