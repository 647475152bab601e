/**
 * `npm run demo`, and `npm run demo -- --check`, which walks the path by itself. With `--directory samba` (or `slapd`) people are
 * in a real directory rather than in Sallyport's own store.
 */
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { check } from './check.ts'
import { checkDirectory } from './check-directory.ts'
import {
  DIRECTORIES,
  type DirectoryKind,
  openDirectory,
  STARTING,
  whatIsMissing,
} from './directories.ts'
import { welcome } from './welcome.ts'
import { startWorld } from './world.ts'

type Wanted = {
  readonly isCheck: boolean
  readonly directory: DirectoryKind | undefined
  readonly folder: string
}

const USAGE = `npm run demo -- [--check] [--directory ${DIRECTORIES.join('|')}] [--folder PATH]`
const say = (line: string) => console.log(line)

const wanted = wantedOf(process.argv.slice(2))
if (wanted === undefined) {
  console.error(`This is what it knows: ${USAGE}`)
  process.exitCode = 64
} else {
  const missing = wanted.directory && whatIsMissing(wanted.directory)
  if (missing === undefined) await run(wanted)
  else {
    console.error(missing)
    process.exitCode = 1
  }
}

async function run({ isCheck, directory: kind, folder }: Wanted): Promise<void> {
  try {
    await using opening = new AsyncDisposableStack()
    if (kind !== undefined) say(STARTING[kind])
    const directory = kind && opening.use(await openDirectory(kind))
    const world = opening.use(await startWorld(folder, directory && { directory }))
    if (!isCheck) {
      say(welcome(world, directory))
      return await interrupted()
    }
    await (directory === undefined ? check(world, say) : checkDirectory(directory, world, say))
    say('\nEverything is as it should be.')
  } catch (error) {
    say(`\nIt broke here: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}

function wantedOf(words: readonly string[]): Wanted | undefined {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        check: { type: 'boolean', default: false },
        directory: { type: 'string' },
        folder: { type: 'string', default: join(import.meta.dirname, '../../demo-data') },
      },
    })
    const directory = DIRECTORIES.find((kind) => kind === values.directory)
    if (values.directory !== undefined && directory === undefined) return undefined
    return { isCheck: values.check, directory, folder: resolve(values.folder) }
  } catch {
    return undefined
  }
}
