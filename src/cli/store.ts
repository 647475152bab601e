import { Command } from 'commander'
import { never } from '../kernel/index.ts'
import { restOf, worded } from './audit.ts'
import type { Desk } from './desk.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { type RoleOptions, withRole } from './role.ts'
import { table } from './table.ts'
import type { CopyAnswer, CopyProgress, CopyStores } from './tools.ts'

type Options = RoleOptions & { readonly from: string; readonly to: string }

export const store = (desk: Desk): Command =>
  new Command('store').description('where everything is kept').addCommand(
    new Command('copy')
      .description('move an installation to another store, as from SQLite to PostgreSQL and back')
      .requiredOption('--from <file>', 'the configuration that names the store with everything')
      .requiredOption('--to <file>', 'the configuration that names the empty one')
      .option(
        '--user <role>',
        'PostgreSQL: the role that owns the tables of --to, where it is not store.user',
      )
      .option('--password-file <file>', 'the password of --user')
      .action(
        desk.action((options: Options, command: Command) =>
          desk.readConfig(options.from, (from) =>
            desk.readConfig(options.to, (to) =>
              withRole({ desk, command, config: to, options }, (as) =>
                desk.orSay(() => copy(desk, { from, to, as }, options)),
              ),
            ),
          ),
        ),
      ),
  )

async function copy(desk: Desk, stores: CopyStores, options: Options): Promise<ExitCode> {
  const { world } = desk
  const tell = createTell((line) => world.io.stderr(`${line}\n`))
  const answer = await world.copyStore(stores, tell)
  switch (answer.heard) {
    case 'copied':
      desk.say(
        table(
          ['table', 'rows'],
          answer.tables.map((one) => [one.table, `${one.rows}`]),
        ),
      )
      desk.say('Every row is the same in both. Serve --to from now on, and --from never again.')
      return chain(desk, answer)
    case 'copied-before':
      desk.say(`It was done at ${new Date(answer.at).toISOString()}: nothing was left to do.`)
      return chain(desk, answer)
    case 'keys-differ':
    case 'key-differs':
      desk.refuse(refused(answer, options))
      return EXIT.configuration
    default:
      return desk.refuse(refused(answer, options))
  }
}

/** The source says the same of it, since every row is the same. */
function chain(desk: Desk, { chain: found }: Extract<CopyAnswer, { chain: unknown }>): ExitCode {
  if (found.verdict !== 'whole') return desk.refuse(worded(found))
  desk.say(`The chain is whole: ${restOf(found)}.`)
  return EXIT.ok
}

type Refused = Exclude<CopyAnswer, { readonly heard: 'copied' | 'copied-before' }>

const ANEW = 'Begin anew with an empty --to.'

function refused(answer: Refused, options: Options): string {
  switch (answer.heard) {
    case 'keys-differ':
      return 'encryption.keys are not the same in both: what is sealed is copied as it is, so --to needs the ids and keys of --from, in the same order.'
    case 'key-differs':
      return `encryption.keys '${answer.key}' is not the key that --from was sealed with.`
    case 'schema-differs': {
      const { which, has, known } = answer
      const finds = has === null ? 'has no tables of ours' : `has schema ${has}`
      return has === null || has < known
        ? `--${which} ${finds}, and this release copies schema ${known}: run \`sallyport migrate --config ${options[which]}\` first.`
        : `--${which} ${finds}, and this release copies schema ${known}: run the newer release that made it.`
    }
    case 'source-served':
      return `--from is being served, by ${answer.by}: stop it first. If it was killed, wait ten seconds.`
    case 'source-unfinished':
      return '--from is itself an unfinished copy.'
    case 'source-changed':
      return `--from was changed while it was copied: find out what runs on it. ${ANEW}`
    case 'target-not-empty':
      return '--to is not empty. What is in it would be lost or mixed, so nothing was changed.'
    case 'target-of-another':
      return `--to is the unfinished copy of another store, or of --from before that was changed. ${ANEW}`
    case 'differs': {
      const { table: name, from, to } = answer
      const rows = from === to ? `${from} rows, but not the same` : `${from} rows and ${to}`
      return `--from and --to differ: ${name} has ${rows}. Something changed one of them. ${ANEW}`
    }
    case 'stale':
      return 'Another `store copy` into --to is under way.'
    default:
      return never(answer)
  }
}

const EVERY_ROWS = 50_000

/** A line for each table, and for every so many rows of a long one. */
function createTell(line: (text: string) => void): (progress: CopyProgress) => void {
  let told = 0
  return ({ state, table: name, rows }) => {
    if (state === 'copying' && rows >= told && rows - told < EVERY_ROWS) return
    told = state === 'copying' ? rows : 0
    line(`${name}: ${rows} ${state === 'copying' ? 'so far' : state}`)
  }
}
