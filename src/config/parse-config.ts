import type { z } from 'zod'
import { fail, ok, type Result } from '../kernel/index.ts'
import { assemble } from './assemble.ts'
import type { Config } from './config.ts'
import { crossCheck, type Finding, type Sound } from './cross-checks.ts'
import { explain } from './explain.ts'
import { createNode } from './json-schema.ts'
import type { Problem } from './problem.ts'
import { createReader, type Sources } from './reader.ts'
import { isRecord } from './schema/parts.ts'
import { createSchema } from './schema/schema.ts'
import { type Document, type Path, parseYaml } from './yaml-text.ts'

/** Explains everything that is wrong: a file is fixed once, not once per restart. */
export function parseConfig(sources: Sources): Result<Config, readonly Problem[]> {
  const document = parseYaml(sources.yaml, sources.file)
  if (!document.ok) return document
  const { value } = document.value
  if (!isRecord(value)) return fail([toProblem(EMPTY, document.value)])

  const schema = createSchema(createReader(sources))
  const parsed = schema.safeParse(value)
  if (parsed.success) {
    const findings = crossCheck(parsed.data)
    if (findings.length === 0) return ok(assemble(parsed.data))
    return fail(inOrder(findings, document.value))
  }
  const root = createNode()
  const findings = parsed.error.issues.flatMap((issue) => explain(issue, root, value))
  return fail(inOrder([...findings, ...crossCheck(soundParts(schema, value))], document.value))
}

const EMPTY: Finding = {
  path: [],
  says: 'is empty or holds no keys',
  wanted: 'issuer, store, encryption and clients at least; see config/minimal.yaml',
}

/** What can be judged although something else is wrong: section by section, and lists entry by entry. */
function soundParts(
  schema: ReturnType<typeof createSchema>,
  value: Record<string, unknown>,
): Sound {
  const parts = Object.entries<z.ZodType>(schema.shape).flatMap(([key, section]) => {
    const written = Object.hasOwn(value, key) ? value[key] : undefined
    const parsed = section.safeParse(written)
    if (parsed.success) return [[key, parsed.data] as const]
    if (!Array.isArray(written)) return []
    // One entry at a time, as a list of one; what is wrong with the list itself was said already.
    const entries = written.map((entry) => {
      const alone = section.safeParse([entry])
      return alone.success && Array.isArray(alone.data) ? alone.data[0] : undefined
    })
    return [[key, entries] as const]
  })
  return Object.fromEntries(parts) as Sound
}

/** Each once, with its place. */
export function inOrder(findings: readonly Finding[], document: Document): readonly Problem[] {
  const problems = findings.map((finding) => toProblem(finding, document))
  const said = new Map(problems.map((problem) => [`${problem.key}\n${problem.says}`, problem]))
  return [...said.values()].sort((a, b) => lineOf(a) - lineOf(b))
}

const lineOf = ({ at }: Problem) => Number(/:(\d+)$/.exec(at ?? '')?.[1] ?? 0)

function toProblem({ path, says, wanted }: Finding, document: Document): Problem {
  return { key: keyOf(path), at: document.at(path), says, wanted }
}

const keyOf = (path: Path): string =>
  path.reduce<string>((key, step) => {
    if (typeof step === 'number') return `${key}[${step}]`
    return key === '' ? step : `${key}.${step}`
  }, '')
