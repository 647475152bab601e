import { Command } from 'commander'
import type { Desk } from './desk.ts'
import { EXIT } from './exit.ts'
import { type RoleOptions, withRole } from './role.ts'
import type { SchemaChange } from './tools.ts'

type Options = RoleOptions & { readonly dryRun?: true }

export const migrate = (desk: Desk): Command =>
  new Command('migrate')
    .description("bring the store's tables up to what this release needs")
    .option('--dry-run', 'print the SQL and change nothing')
    .option(
      '--user <role>',
      'PostgreSQL: the role that owns the tables, where it is not store.user',
    )
    .option('--password-file <file>', 'the password of --user')
    .action(
      desk.action((options: Options, command: Command) =>
        desk.withConfig(command, async (config) => {
          const { dryRun: isDry = false } = options
          return withRole({ desk, command, config, options }, (as) =>
            desk.orSay(async () => {
              const done = await desk.world.migrateStore(config, { isDry, as })
              desk.say(isDry ? planned(done) : said(done))
              return EXIT.ok
            }),
          )
        }),
      ),
    )

/** The rest of it are comments, so that the whole can be given to the engine's own command line. */
function planned({ from, to, sql = '' }: SchemaChange): string {
  if (from === to) return `-- The store has schema ${to}: there is nothing to do.`
  return `-- From schema ${from} to ${to}. Nothing was changed.\n\n${sql.trimEnd()}`
}

const said = ({ from, to }: SchemaChange): string =>
  from === to
    ? `The store has schema ${to} already.`
    : `The store has schema ${to} now; it had ${from === 0 ? 'none' : from}.`
