import { Command, CommanderError } from 'commander'
import { audit } from './audit.ts'
import { check } from './check.ts'
import { createDesk } from './desk.ts'
import { docs } from './docs.ts'
import { doctor } from './doctor.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { explain } from './explain.ts'
import { keycloak } from './keycloak.ts'
import { keys } from './keys.ts'
import { migrate } from './migrate.ts'
import { people } from './people.ts'
import { policy } from './policy.ts'
import { secrets } from './secrets.ts'
import { serve } from './serve.ts'
import { store } from './store.ts'
import { trust } from './trust.ts'
import { user } from './user/index.ts'
import type { World } from './world.ts'

const COMMANDS = [
  ...[serve, check, doctor, explain, migrate, user, trust, people, policy],
  ...[keys, secrets, audit, store, keycloak, docs],
]

/** One command line, from words to exit code. A bug throws; everything else is a code and a sentence. */
export async function run(args: readonly string[], world: World): Promise<ExitCode> {
  const { io } = world
  let code: ExitCode = EXIT.ok
  const desk = createDesk(world, (kept) => {
    code = kept
  })

  const program = new Command('sallyport')
    .description('A self-hosted second factor for any OpenID Provider.')
    .version(world.version)
    .option('--config <file>', 'the configuration; else SALLYPORT_CONFIG')
    .option('--as <name>', 'who the audit says did it; else who is signed in here')
    .exitOverride()
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr })
  for (const command of COMMANDS) program.addCommand(command(desk).copyInheritedSettings(program))
  for (const command of everyCommand(program)) command.copyInheritedSettings(program)

  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  }
}

const everyCommand = (command: Command): readonly Command[] =>
  command.commands.flatMap((child) => [child, ...everyCommand(child)])
