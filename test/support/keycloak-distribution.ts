import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { spawnGroup } from './own-group.ts'

export const KEYCLOAK_VERSIONS = ['26.7.3', '26.5.6'] as const

/** What takes long is told of, and can be called off. */
export type Course = { readonly tell?: (line: string) => void; readonly signal?: AbortSignal }

const PROJECT = join(import.meta.dirname, '../../keycloak')
const JAR = join(PROJECT, 'target/sallyport-keycloak.jar')
/** Outside the tree, so that a second run downloads and builds nothing. */
const CACHE =
  process.env['SALLYPORT_KEYCLOAK_CACHE'] ?? join(homedir(), '.cache', 'sallyport', 'keycloak')
const DOWNLOADED = 'org/keycloak/keycloak-quarkus-dist'
const BEAT_MS = 10_000

/** A distribution with our jar in it, ready to start optimized. */
export async function builtKeycloak(version: string, course: Course = {}): Promise<string> {
  const from = await jar(course)
  const hash = createHash('sha256').update(readFileSync(from)).digest('hex').slice(0, 16)
  const home = join(CACHE, `${version}-${hash}`)
  if (existsSync(home)) return home
  const making = `${home}.${process.pid}`
  rmSync(making, { recursive: true, force: true })
  mkdirSync(making, { recursive: true })
  try {
    const zip = await distribution(version, making, course)
    course.tell?.('Unpacking Keycloak.')
    await done(['unzip', '-q', zip, '-d', making], course)
    const unpacked = join(making, `keycloak-${version}`)
    cpSync(from, join(unpacked, 'providers', 'sallyport-keycloak.jar'))
    course.tell?.('Building Keycloak with the jar: half a minute or more.')
    const switches = ['--db=dev-file', '--health-enabled=true', '--metrics-enabled=true']
    await done([join(unpacked, 'bin/kc.sh'), 'build', ...switches], course)
    // Somebody else may have made the same meanwhile.
    if (!existsSync(home)) renameSync(unpacked, home)
    return home
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
}

/** As `mvn verify` makes it; made where it is not there, or older than what it is made of. */
async function jar(course: Course): Promise<string> {
  const sources = globSync(['pom.xml', 'src/main/**/*.*'], { cwd: PROJECT })
  const changed = Math.max(...sources.map((path) => statSync(join(PROJECT, path)).mtimeMs))
  if (existsSync(JAR) && statSync(JAR).mtimeMs >= changed) return JAR
  course.tell?.('Building the jar with Maven: a few seconds, and a minute the first time.')
  await done(['mvn', '-q', '-B', 'package', '-DskipTests'], { ...course, cwd: PROJECT })
  // Maven leaves a jar as it is where its bytes would be the same.
  utimesSync(JAR, new Date(), new Date())
  return JAR
}

/** @param making where a part of it may lie meanwhile. */
async function distribution(version: string, making: string, course: Course): Promise<string> {
  const zip = `keycloak-quarkus-dist-${version}.zip`
  const kept = join(CACHE, zip)
  if (existsSync(kept)) return kept
  course.tell?.(`Downloading Keycloak ${version} with Maven: 170 MB, which ${CACHE}/ keeps.`)
  const artifact = `org.keycloak:keycloak-quarkus-dist:${version}:zip`
  const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy'
  const line = ['mvn', '-q', '-B', plugin, `-Dartifact=${artifact}`, `-DoutputDirectory=${making}`]
  await done(line, { ...course, progress: () => megabytes(version) })
  renameSync(join(making, zip), kept)
  return kept
}

/** What Maven has of it by now, where its repository is at the usual place. */
function megabytes(version: string): string {
  const cwd = join(homedir(), '.m2/repository', DOWNLOADED, version)
  const sizes = globSync('*', { cwd }).map((name) => sizeOf(join(cwd, name)))
  const here = Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1e6)
  return here === 0 ? '' : `, ${here} MB`
}

const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0

type Doing = Course & { readonly cwd?: string; readonly progress?: () => string }

async function done(line: readonly string[], { cwd, tell, signal, progress }: Doing) {
  signal?.throwIfAborted()
  const group = spawnGroup(line, 'pipe', cwd === undefined ? {} : { cwd })
  const said: Buffer[] = []
  for (const stream of [group.child.stdout, group.child.stderr])
    stream?.on('data', (chunk: Buffer) => said.push(chunk))
  using _ = beating(tell, progress)
  const stop = () => void group.end()
  signal?.addEventListener('abort', stop)
  try {
    const [code] = await once(group.child, 'close')
    signal?.throwIfAborted()
    if (code !== 0) throw new Error(`${line.join(' ')}:\n${lastLines(`${Buffer.concat(said)}`)}`)
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

/** Says every few seconds that it goes on, so that nobody thinks it hangs. */
export function beating(tell: Course['tell'], progress: () => string = () => ''): Disposable {
  const from = performance.now()
  const beat = setInterval(() => {
    tell?.(`   … ${Math.round((performance.now() - from) / 1000)} s${progress()}`)
  }, BEAT_MS)
  return { [Symbol.dispose]: () => clearInterval(beat) }
}

const LINES_SHOWN = 20

export const lastLines = (text: string): string =>
  text.trimEnd().split('\n').slice(-LINES_SHOWN).join('\n')
