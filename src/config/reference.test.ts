import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fail } from '../kernel/index.ts'
import { configurationJsonSchema, configurationReference } from './index.ts'
import { createNode, type Node } from './json-schema.ts'
import { parseConfig } from './parse-config.ts'

const root = createNode()
const reference = configurationReference()

describe('the reference', () => {
  test('explains every key', () => {
    const silent = Object.entries(root.properties ?? {}).flatMap(([key, node]) => mute(key, node))
    assert.deepEqual(silent, [])
  })

  for (const [key, { example }] of Object.entries(root.properties ?? {}))
    test(`shows an example that has no problem of its own: ${key}`, () => {
      if (example === undefined) return
      const parsed = parseConfig({
        yaml: JSON.stringify({ [key]: example }),
        file: 'example.yaml',
        env: {},
        readFile: () => fail('not here'),
      })
      const own = parsed.ok ? [] : parsed.error.filter((problem) => problem.key.startsWith(key))
      // The files that an example names are on nobody's disk.
      assert.deepEqual(
        own.filter(({ says }) => !says.endsWith('not here')),
        [],
      )
      assert.match(reference, new RegExp(`\`\`\`yaml\\n${key}:`))
    })

  test('and the editor schema hold nothing but standard keywords', () => {
    assert.doesNotMatch(JSON.stringify(configurationJsonSchema()), /"(?:wanted|example)":/)
  })
})

/** Every node that stands for a key needs a description, however deep. */
function mute(key: string, node: Node): readonly string[] {
  const inner = [node, ...(node.oneOf ?? []), ...(node.items ? [node.items] : [])]
  const choices = inner.flatMap((one) => [one, ...(one.oneOf ?? [])])
  const below = choices.flatMap((one) =>
    Object.entries(one.properties ?? {}).flatMap(([name, child]) => mute(`${key}.${name}`, child)),
  )
  return node.description === undefined ? [key, ...below] : below
}
