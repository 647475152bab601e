import { z } from 'zod'
import { blankReader } from './reader.ts'
import { createSchema } from './schema/schema.ts'

/** The part of JSON Schema that our schema comes out as, and `wanted` and `example`, which are ours. */
export type Node = {
  readonly type?: string
  readonly description?: string
  readonly wanted?: string
  readonly default?: unknown
  readonly example?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly items?: Node
  readonly oneOf?: readonly Node[]
  readonly anyOf?: readonly Node[]
}

/** Of the file as it is written, not of what becomes of it. */
export const createNode = (): Node =>
  z.toJSONSchema(createSchema(blankReader), { io: 'input', unrepresentable: 'any' }) as Node

/** For editors: completion, and red lines while the file is written. */
export const configurationJsonSchema = (): object => ({
  title: 'Sallyport configuration',
  ...plain(createNode()),
})

/** Without what is ours: a strict reader refuses keywords that it does not know. */
function plain({ wanted, example, ...node }: Node): Node {
  return {
    ...node,
    ...(node.properties && { properties: mapValues(node.properties, plain) }),
    ...(node.items && { items: plain(node.items) }),
    ...(node.oneOf && { oneOf: node.oneOf.map(plain) }),
    ...(node.anyOf && { anyOf: node.anyOf.map(plain) }),
  }
}

const mapValues = <T>(held: Readonly<Record<string, T>>, change: (value: T) => T) =>
  Object.fromEntries(Object.entries(held).map(([key, value]) => [key, change(value)]))

/** What may stand here, in words. */
export function kindOf(node: Node): string {
  if (node.wanted !== undefined) return node.wanted
  if (node.const !== undefined) return `\`${String(node.const)}\``
  if (node.enum !== undefined) return `one of: ${node.enum.join(', ')}`
  const choices = node.oneOf ?? node.anyOf
  if (choices !== undefined) return [...new Set(choices.map(kindOf))].join(', or ')
  switch (node.type) {
    case 'integer':
      return `a whole number from ${node.minimum} to ${node.maximum}`
    case 'boolean':
      return 'true or false'
    case 'array':
      return `a list, each ${node.items ? kindOf(node.items) : 'anything'}`
    case 'object':
      return `a block with ${Object.keys(node.properties ?? {}).join(', ')}`
    default:
      return 'text'
  }
}

/** The node that governs a place; of several choices those that have the next key. */
export function findNode(root: Node, path: readonly PropertyKey[]): Node | undefined {
  const [step, ...rest] = path
  if (step === undefined) return root
  const choices = root.oneOf ?? root.anyOf ?? [root]
  for (const choice of choices) {
    const own = typeof step === 'number' ? choice.items : propertyOf(choice, String(step))
    const found = own && findNode(own, rest)
    if (found !== undefined) return widened(choices, path, found)
  }
  return undefined
}

function propertyOf({ properties }: Node, key: string): Node | undefined {
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined
}

/** A key that tells choices apart may hold the word of any of them. */
function widened(choices: readonly Node[], path: readonly PropertyKey[], found: Node): Node {
  if (path.length > 1 || found.const === undefined || choices.length === 1) return found
  const words = choices.map((choice) => propertyOf(choice, String(path[0]))?.const)
  return { enum: words.filter((word) => word !== undefined) }
}
