import type { Command } from 'commander'
import type { Config } from '../config/index.ts'
import { fail, ok, type Result } from '../kernel/index.ts'
import type { Desk } from './desk.ts'
import { EXIT, type ExitCode } from './exit.ts'
import type { OtherRole } from './tools.ts'

const PASSWORD_BYTES_MAX = 64 * 1024

/** `--user` and `--password-file`. */
export type RoleOptions = { readonly user?: string; readonly passwordFile?: string }

/** Whom PostgreSQL is to know the command as; null where it is the role of the configuration. */
export async function withRole(
  given: {
    readonly desk: Desk
    readonly command: Command
    readonly config: Config
    readonly options: RoleOptions
  },
  run: (as: OtherRole | null) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { desk, command, config, options } = given
  const { user, passwordFile } = options
  if (user === undefined && passwordFile !== undefined)
    return command.error('error: --password-file is for --user')
  if (user === undefined) return run(null)
  if (config.store.engine !== 'postgres')
    return command.error(`error: --user is for PostgreSQL; this is ${config.store.engine}`)
  const as = otherRole(desk, user, passwordFile)
  if (as.ok) return run(as.value)
  desk.refuse(`--password-file ${as.error}`)
  return EXIT.configuration
}

/** Read at each connection, as the one in the configuration is; and once before, to say what is wrong. */
function otherRole(desk: Desk, user: string, file: string | undefined): Result<OtherRole, string> {
  if (file === undefined) return ok({ user, password: null })
  const read = (): Result<string, string> => {
    const found = desk.world.io.readFile(file, PASSWORD_BYTES_MAX)
    if (!found.ok) return fail(`cannot be read: ${found.error}`)
    const password = Buffer.from(found.value)
      .toString('utf8')
      .replace(/\r?\n$/, '')
    return password.trim() === '' ? fail('is empty') : ok(password)
  }
  const first = read()
  if (!first.ok) return first
  return ok({
    user,
    password: () => {
      const again = read()
      return again.ok ? again.value : first.value
    },
  })
}
