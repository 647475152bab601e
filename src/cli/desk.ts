import type { Command } from 'commander'
import { type Config, formatProblems, parseConfig } from '../config/index.ts'
import type { Problems } from '../directories/index.ts'
import { Fault } from '../kernel/index.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { printable } from './printable.ts'
import type { LogTo, Tools } from './tools.ts'
import type { World } from './world.ts'

const CONFIG_BYTES_MAX = 1024 * 1024
const SECRET_FILE_BYTES_MAX = 1024 * 1024

/** Goes into the audit for years; so it is a plain name. */
const OPERATOR = /^[\p{L}\p{N}_][\p{L}\p{N} ._@\\+$-]{0,63}$/u

type Globals = { readonly config?: string; readonly as?: string }

/** What every command is run with: its world, and the few steps that most begin with. */
export type Desk = {
  readonly world: World
  /** Runs the command, called as commander calls it (arguments, options, itself), and keeps its exit code. */
  action<A extends readonly unknown[]>(
    run: (...given: A) => ExitCode | Promise<ExitCode>,
  ): (...given: A) => Promise<void>
  withConfig(
    command: Command,
    run: (config: Config) => ExitCode | Promise<ExitCode>,
  ): Promise<ExitCode>
  /** As `withConfig`, where one is named; null where none is. */
  withConfigIfAny(
    command: Command,
    run: (config: Config | null) => ExitCode | Promise<ExitCode>,
  ): Promise<ExitCode>
  /** As `withConfig`, of a file that the command itself names. */
  readConfig(file: string, run: (config: Config) => ExitCode | Promise<ExitCode>): Promise<ExitCode>
  withTools(
    command: Command,
    run: (tools: Tools, config: Config) => Promise<ExitCode>,
    /** Standard error, except for who does nothing but log: what a command prints is for others to read. */
    logTo?: LogTo,
  ): Promise<ExitCode>
  /** A fault of the world is a sentence and an exit code. */
  orSay(act: () => Promise<ExitCode>): Promise<ExitCode>
  operator(command: Command): string
  say(text: string): void
  /** Says what was wrong. */
  refuse(problems: Problems | string): ExitCode
}

export function createDesk(world: World, keep: (code: ExitCode) => void): Desk {
  const { io } = world

  const desk: Desk = {
    world,

    action:
      (run) =>
      async (...given) => {
        keep(await run(...given))
      },

    withConfig: (command, run) =>
      desk.withConfigIfAny(command, (config) => {
        if (config === null)
          return command.error('error: no configuration: --config FILE or SALLYPORT_CONFIG')
        return run(config)
      }),

    async withConfigIfAny(command, run) {
      const file = globalsOf(command).config ?? world.env['SALLYPORT_CONFIG'] ?? ''
      return file === '' ? run(null) : desk.readConfig(file, run)
    },

    async readConfig(file, run) {
      const yaml = io.readFile(file, CONFIG_BYTES_MAX)
      if (!yaml.ok) {
        io.stderr(`${file} cannot be read: ${yaml.error}\n`)
        return EXIT.configuration
      }
      const parsed = parseConfig({
        yaml: Buffer.from(yaml.value).toString('utf8'),
        file,
        env: world.env,
        readFile: (path) => io.readFile(path, SECRET_FILE_BYTES_MAX),
      })
      if (parsed.ok) return run(parsed.value)
      io.stderr(`${formatProblems(parsed.error)}\n`)
      return EXIT.configuration
    },

    withTools: (command, run, logTo = 'stderr') =>
      desk.withConfig(command, (config) =>
        desk.orSay(async () => {
          await using tools = await world.openTools(config, logTo)
          return await run(tools, config)
        }),
      ),

    async orSay(act) {
      try {
        return await act()
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        io.stderr(`${sentenceOf(error)}\n`)
        return error.code === 'configuration.unfit' ? EXIT.configuration : EXIT.unavailable
      }
    },

    operator(command: Command): string {
      const name = globalsOf(command).as ?? world.operator
      if (!OPERATOR.test(name))
        command.error('error: --as needs a plain name of at most 64 letters and digits')
      return name
    },

    say: (text) => io.stdout(`${text.split('\n').map(printable).join('\n')}\n`),

    refuse(problems) {
      for (const problem of typeof problems === 'string' ? [problems] : problems)
        io.stderr(`${printable(problem)}\n`)
      return EXIT.problem
    },
  }
  return desk
}

/** With what the system said of it, for whoever is to mend it. */
function sentenceOf(fault: Fault): string {
  if (fault.code === 'configuration.unfit') return fault.message
  const causes: string[] = []
  for (let at = fault.cause; at instanceof Error; at = at.cause) causes.push(at.message)
  return printable([`unavailable (${fault.code}): ${fault.message}`, ...causes].join(': '))
}

const globalsOf = (command: Command): Globals => command.optsWithGlobals()
