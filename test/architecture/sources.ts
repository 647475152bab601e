import { globSync, readFileSync } from 'node:fs'
import { dirname, posix } from 'node:path'

const SRC = new URL('../../src/', import.meta.url).pathname

export type Source = {
  /** Relative to src/: `oidc/signing/index.ts`. */
  readonly path: string
  /** The first folder, or the name of a file that stands in src/ itself. */
  readonly room: string
  readonly text: string
  /** Without comments. */
  readonly code: string
}

export type Import = {
  readonly from: Source
  readonly typesOnly: boolean
  /** `express`, `node:fs`, or a path relative to src/. */
  readonly target: string
  readonly isOurs: boolean
}

/** Every file of src/ that is shipped; tests beside the code are not. */
export const sources: readonly Source[] = globSync('**/*.{ts,js}', { cwd: SRC })
  .filter((path) => !path.endsWith('.test.ts'))
  .sort()
  .map((path) => {
    const text = readFileSync(`${SRC}${path}`, 'utf8')
    return { path, room: path.split('/')[0] ?? path, text, code: withoutComments(text) }
  })

export const templates = globSync('**/*.eta', { cwd: SRC }).map((path) => ({
  path,
  text: readFileSync(`${SRC}${path}`, 'utf8'),
}))

const STATIC = /^(?:import|export)\s+(type\s+)?([\w\s{},*$]*?)\s*from\s+'([^']+)'/gm
const BARE = /^import\s+'([^']+)'/gm
const LATER = /\bimport\(\s*'([^']+)'\s*\)/g

export const imports: readonly Import[] = sources.flatMap((from) => {
  const of = (specifier: string, typesOnly: boolean): Import => {
    const isOurs = specifier.startsWith('.')
    const target = isOurs ? posix.join(dirname(from.path), specifier) : packageOf(specifier)
    return { from, typesOnly, target, isOurs }
  }
  return [
    ...from.code
      .matchAll(STATIC)
      .map(([, type, names = '', specifier = '']) =>
        of(specifier, type !== undefined || namesTypesOnly(names)),
      ),
    ...from.code.matchAll(BARE).map(([, specifier = '']) => of(specifier, false)),
    ...from.code.matchAll(LATER).map(([, specifier = '']) => of(specifier, false)),
  ]
})

/** `{ type A, type B }` */
function namesTypesOnly(names: string): boolean {
  const inside = /^\{([^}]*)\}$/.exec(names.trim())?.[1]
  if (inside === undefined) return false
  const all = inside.split(',').filter((name) => name.trim() !== '')
  return all.length > 0 && all.every((name) => /^\s*type\s/.test(name))
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}
