import { Command, Option } from 'commander'
import type { ImportLine } from '../../directories/index.ts'
import type { Desk } from '../desk.ts'
import { EXIT } from '../exit.ts'
import { withPeople } from './with-people.ts'

const FILE_BYTES_MAX = 16 * 1024 * 1024

type Options = {
  readonly format?: 'csv' | 'jsonl'
  readonly partial?: true
  readonly allowShortSecrets?: true
  readonly json?: true
}

export const importPeople = (desk: Desk): Command =>
  new Command('import')
    .description('add people from CSV or JSON lines: all (at most 10 000) or none')
    .argument('<file>', '- for standard input')
    .addOption(
      new Option('--format <kind>', 'else by the ending of the file name').choices([
        'csv',
        'jsonl',
      ]),
    )
    .option('--partial', 'add the rows that are right although others are not; up to 100 000')
    .option('--allow-short-secrets', 'take OTP secrets of 80 to 127 bits')
    .option('--json', 'the report as JSON lines')
    .action(
      desk.action((file: string, options: Options, command: Command) => {
        const format = options.format ?? formatOf(file)
        if (format === undefined) return command.error('error: --format csv or jsonl is needed')
        return withPeople(desk, command, async (people, operator) => {
          const { readFile, readStdin } = desk.world.io
          const bytes =
            file === '-' ? await readStdin(FILE_BYTES_MAX) : readFile(file, FILE_BYTES_MAX)
          if (!bytes.ok) return desk.refuse(`${file} cannot be read: ${bytes.error}`)
          const imported = await people.importPeople(
            operator,
            { bytes: bytes.value, format },
            {
              partial: options.partial === true,
              allowShortSecrets: options.allowShortSecrets === true,
            },
          )
          if (!imported.ok) return desk.refuse(imported.error)
          const { lines, added } = imported.value
          for (const line of lines) desk.say(options.json ? JSON.stringify(line) : sentence(line))
          desk.world.io.stderr(`${added} of ${lines.length} people were added.\n`)
          return added === lines.length ? EXIT.ok : EXIT.problem
        })
      }),
    )

function formatOf(file: string): Options['format'] {
  if (/\.csv$/i.test(file)) return 'csv'
  return /\.(?:jsonl|ndjson)$/i.test(file) ? 'jsonl' : undefined
}

function sentence({ row, username, outcome, problems }: ImportLine): string {
  const said = outcome === 'ready' ? 'right, but not added because of others' : outcome
  return [`row ${row}`, username ?? '?', said, ...problems].join(': ')
}
