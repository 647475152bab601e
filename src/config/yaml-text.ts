import { isCollection, isPair, isScalar, LineCounter, parseDocument } from 'yaml'
import { fail, ok, type Result } from '../kernel/index.ts'
import type { Problem } from './problem.ts'

const TEXT_MAX = 1024 * 1024
/** Counted as the reader multiplies them, so that aliases of aliases cannot grow without bound. */
const ALIASES_MAX = 100

export type Path = readonly (string | number)[]

export type Document = {
  readonly value: unknown
  /** `sallyport.yaml:12`, of the key or of its nearest written parent. */
  at(path: Path): string | null
}

/** YAML 1.2, core schema: no merge keys, no tags that make objects, string keys only, no key twice. */
export function parseYaml(
  text: string,
  file: string,
  lengthMax = TEXT_MAX,
): Result<Document, readonly Problem[]> {
  if (text.length > lengthMax)
    return fail([
      fileProblem(file, `is larger than ${lengthMax / 1024 / 1024} MiB`, 'a smaller file'),
    ])
  const lines = new LineCounter()
  const placeAt = (offset: number) => `${file}:${lines.linePos(offset).line}`

  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      merge: false,
      uniqueKeys: true,
      stringKeys: true,
      schema: 'core',
      version: '1.2',
    })
    const unclear = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
      key: '',
      at: placeAt(pos[0]),
      says: code === 'DUPLICATE_KEY' ? 'names a key twice' : `is no clear YAML: ${message}`,
      wanted: code === 'DUPLICATE_KEY' ? 'each key once' : 'YAML 1.2, one document',
    }))
    if (unclear.length > 0) return fail(unclear)

    const value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX })
    return ok({ value, at: (path) => whereIs(document.contents, path, placeAt) })
  } catch {
    // The reader throws on too many aliases and runs out of stack on too deep a nesting.
    const says = 'is nested or aliased beyond reason'
    return fail([fileProblem(file, says, `at most ${ALIASES_MAX} aliases, and no deep nesting`)])
  }
}

const fileProblem = (file: string, says: string, wanted: string): Problem => ({
  key: '',
  at: file,
  says,
  wanted,
})

function whereIs(root: unknown, path: Path, placeAt: (offset: number) => string): string | null {
  let node = root
  let offset: number | undefined
  for (const step of path) {
    if (!isCollection(node)) break
    const entry: unknown = node.items.find((item, index) =>
      isPair(item) ? isScalar(item.key) && item.key.value === step : index === step,
    )
    if (entry === undefined) break
    const written = isPair(entry) ? entry.key : entry
    offset = rangeStart(written) ?? offset
    node = isPair(entry) ? entry.value : entry
  }
  return offset === undefined ? null : placeAt(offset)
}

function rangeStart(node: unknown): number | undefined {
  if (!isScalar(node) && !isCollection(node)) return undefined
  return node.range?.[0]
}
