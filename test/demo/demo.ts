/**
 * `npm run demo`, and `npm run demo -- --check`, which walks the path by itself. With `--directory samba` (or `slapd`) people are
 * in a real directory rather than in Sallyport's own store; with `--keycloak` a real Keycloak is the provider.
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
import { showKeycloak } from './keycloak.ts'
import { whatKeycloakLacks } from './keycloak-needs.ts'
import { welcome } from './welcome.ts'
import { startWorld } from './world.ts'

type Wanted = {
  readonly isCheck: boolean
  readonly directory: DirectoryKind | undefined
  readonly isKeycloak: boolean
  readonly folder: string
}

const USAGE = `npm run demo -- [--check] [--directory ${DIRECTORIES.join('|')} | --keycloak] [--folder PATH]`
const say = (line: string) => console.log(line)

const wanted = wantedOf(process.argv.slice(2))
if (wanted === undefined) {
  console.error(`This is what it knows: ${USAGE}`)
  process.exitCode = 64
} else {
  const missing = lacking(wanted)
  if (missing === undefined) await run(wanted)
  else {
    console.error(missing)
    process.exitCode = 1
  }
}

async function run(wanted: Wanted): Promise<void> {
  const { isCheck, folder, isKeycloak } = wanted
  try {
    const isDone = await (isKeycloak ? showKeycloak(folder, isCheck, say) : show(wanted))
    if (isCheck && isDone) say('\nEverything is as it should be.')
    if (isCheck && !isDone) process.exitCode = 1
  } catch (error) {
    say(`\nIt broke here: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}

/** Whether it came to its end, or is to be called done where it has none. */
async function show({ isCheck, directory: kind, folder }: Wanted): Promise<boolean> {
  await using opening = new AsyncDisposableStack()
  if (kind !== undefined) say(STARTING[kind])
  const directory = kind && opening.use(await openDirectory(kind))
  const world = opening.use(await startWorld(folder, directory && { directory }))
  if (!isCheck) {
    say(welcome(world, directory))
    await interrupted()
  } else if (directory === undefined) await check(world, say)
  else await checkDirectory(directory, world, say)
  return true
}

function lacking({ isKeycloak, isCheck, directory }: Wanted): string | undefined {
  return isKeycloak ? whatKeycloakLacks(isCheck) : directory && whatIsMissing(directory)
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
        keycloak: { type: 'boolean', default: false },
        folder: { type: 'string', default: join(import.meta.dirname, '../../demo-data') },
      },
    })
    const directory = DIRECTORIES.find((kind) => kind === values.directory)
    if (values.directory !== undefined && directory === undefined) return undefined
    const { check: isCheck, keycloak: isKeycloak } = values
    if (isKeycloak && directory !== undefined) return undefined
    return { isCheck, directory, isKeycloak, folder: resolve(values.folder) }
  } catch {
    return undefined
  }
}
