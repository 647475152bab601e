import type { z } from 'zod'
import type { Finding } from './cross-checks.ts'
import { findNode, kindOf, type Node } from './json-schema.ts'
import { findNearest } from './nearest.ts'

type Issue = z.core.$ZodIssue

/** An issue of the schema in our words. None of them repeats the value: it might be a misplaced secret. */
export function explain(issue: Issue, root: Node, written: unknown): readonly Finding[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)))
  const node = findNode(root, path)
  const wanted = node === undefined ? 'see docs/configuration.md' : kindOf(node)
  const value = path.reduce<unknown>(
    (held, step) =>
      typeof held === 'object' && held !== null && Object.hasOwn(held, step)
        ? Object.entries(held).find(([key]) => key === String(step))?.[1]
        : undefined,
    written,
  )
  if (issue.code === 'unrecognized_keys') {
    const { known, others } = knownKeys(node ?? {}, value)
    return issue.keys.map((key) => ({ path: [...path, key], ...unread(key, known, others) }))
  }
  if (value === undefined && issue.code !== 'custom') return [{ path, says: 'is missing', wanted }]
  return [{ path, ...inWords(issue, wanted, value) }]
}

function inWords(issue: Issue, wanted: string, value: unknown) {
  switch (issue.code) {
    case 'invalid_type':
      return { says: `is ${nameOf(value)}`, wanted }
    case 'too_small':
      return {
        says: issue.origin === 'number' || issue.origin === 'int' ? 'is too small' : 'is too short',
        wanted,
      }
    case 'too_big':
      return {
        says: issue.origin === 'number' || issue.origin === 'int' ? 'is too large' : 'is too long',
        wanted,
      }
    case 'custom': {
      const own: unknown = issue.params?.['wanted']
      return own === undefined
        ? { says: 'is not accepted', wanted }
        : { says: issue.message, wanted: String(own) }
    }
    case 'invalid_union':
    case 'invalid_value':
      // Only our own words begin like this; the library's own are written for programmers.
      return {
        says: /^(?:is|cannot) /.test(issue.message) ? issue.message : 'is not accepted',
        wanted,
      }
    default:
      return { says: 'is not accepted', wanted }
  }
}

function unread(key: string, known: readonly string[], others: readonly Node[]) {
  const owner = others.find(({ properties }) => Object.hasOwn(properties ?? {}, key))
  const words = owner && tellingWord(owner)
  if (words !== undefined)
    return { says: 'is read by nobody', wanted: `${words}, which alone has it` }
  const meant = findNearest(key, known)
  const wanted = meant === undefined ? `one of: ${known.join(', ')}` : `did you mean ${meant}?`
  return { says: 'is read by nobody', wanted }
}

/** `type: local`, of the choice that is told by it. */
function tellingWord({ properties }: Node): string | undefined {
  const telling = Object.entries(properties ?? {}).find(([, own]) => own.const !== undefined)
  return telling && `${telling[0]}: ${String(telling[1].const)}`
}

/** Of several choices, the keys of the one whose telling key was written, and the other choices. */
function knownKeys(
  node: Node,
  value: unknown,
): { readonly known: readonly string[]; readonly others: readonly Node[] } {
  const choices = node.oneOf ?? node.anyOf ?? [node]
  const chosen = choices.find((choice) =>
    Object.entries(choice.properties ?? {}).some(
      ([key, own]) =>
        own.const !== undefined &&
        typeof value === 'object' &&
        value !== null &&
        Object.entries(value).some(([at, held]) => at === key && held === own.const),
    ),
  )
  const own = chosen ?? choices[0]
  const others = choices.filter((choice) => choice !== own)
  return { known: Object.keys(own?.properties ?? {}), others }
}

function nameOf(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  switch (typeof value) {
    case 'string':
      return 'text'
    case 'number':
      return 'a number'
    case 'boolean':
      return 'true or false'
    default:
      return 'a block'
  }
}
