import { stringify } from 'yaml'
import { configurationJsonSchema, createNode, kindOf, type Node } from './json-schema.ts'

type Row = {
  readonly key: string
  readonly kind: string
  readonly default: string
  readonly meaning: string
}

const HEAD = `# Configuration

This page is generated from the schema that reads the file; \`sallyport docs\` writes it anew.

One YAML file says everything: \`sallyport serve --config FILE\`, or its path in \`SALLYPORT_CONFIG\`.
\`sallyport check\` reads it, reports every problem at once and starts nothing; it exits with 78 when there is one.
Ready-to-use files are in [config/](../config/).

- **Unknown keys are problems.** A misspelt key is reported, never ignored.
- **It is read once, at the start.** A changed file or secret counts after a restart; the passwords of
  the database and of directories alone are read again for every connection.
- **Secrets are never written into the file.** A key that ends in \`File\` (or is \`file\`) holds the path of a file with the
  secret, one that ends in \`Env\` the name of an environment variable. Exactly one of the two is written. One newline at the end of a file is
  dropped. Nothing is expanded inside values: there is no \`\${…}\`.
- **Relative paths** start at the folder of the configuration file.
- **YAML 1.2**, one document. Merge keys (\`<<\`) are not read; at most 100 aliases; no key twice.

For completion in an editor, begin the file with
\`# yaml-language-server: $schema=./sallyport.schema.json\` (the schema is in [config/](../config/sallyport.schema.json)).
`

/** docs/configuration.md: a section per key of the first level. */
export function configurationReference(): string {
  const root = createNode()
  const sections = Object.entries(root.properties ?? {}).map(([key, node]) =>
    sectionOf(key, node, root.required?.includes(key) ?? false),
  )
  return `${HEAD}\n${sections.join('\n')}`
}

/** Files that are made from the schema; a test fails when they drift. */
export function renderDocs(): readonly { readonly path: string; readonly content: string }[] {
  const schema = `${JSON.stringify(configurationJsonSchema(), null, 2)}\n`
  return [
    { path: 'docs/configuration.md', content: configurationReference() },
    { path: 'config/sallyport.schema.json', content: schema },
  ]
}

function sectionOf(key: string, node: Node, isRequired: boolean): string {
  const rows = rowsOf(key, node, isRequired).map((row) =>
    [`\`${row.key}\``, row.kind, row.default, row.meaning].map(cell).join(' | '),
  )
  const table = ['Key | Type | Default | Meaning', '--- | --- | --- | ---', ...rows]
  const { example } = node
  return [
    `## ${key}\n`,
    ...(isLeaf(node) ? [] : [`${node.description ?? ''}\n`]),
    ...table.map((row) => `| ${row} |`),
    '',
    ...(example === undefined
      ? []
      : [`\`\`\`yaml\n${stringify({ [key]: example }, { lineWidth: 0 })}\`\`\`\n`]),
  ].join('\n')
}

/** A block stands for its keys; everything else is a row. A list of blocks is both. */
function rowsOf(key: string, node: Node, isRequired: boolean): readonly Row[] {
  if (isLeaf(node)) return [rowOf(key, node, isRequired)]
  if (node.type === 'array') {
    const { items } = node
    if (items === undefined || isLeaf(items)) return [rowOf(key, node, isRequired)]
    return [rowOf(key, node, isRequired), ...rowsOf(`${key}[]`, items, true)]
  }
  if (node.oneOf !== undefined) return choiceRows(key, node.oneOf)
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const isOwn = node.required?.includes(name) ?? false
    const rows = rowsOf(`${key}.${name}`, child, isOwn)
    // A block that may be left out is a choice of its own; the others are just the start of their keys.
    const isChoice = child.type === 'object' && !isLeaf(child) && !isOwn && !child.default
    return isChoice ? [rowOf(`${key}.${name}`, child, false), ...rows] : rows
  })
}

/** The rows of each choice, told apart by the key that holds a fixed word; those that several have, once. */
function choiceRows(key: string, choices: readonly Node[]): readonly Row[] {
  const found = new Map<string, { readonly row: Row; readonly words: string[] }>()
  for (const choice of choices) {
    const telling = Object.entries(choice.properties ?? {}).find(([, { const: word }]) => word)
    for (const row of rowsOf(key, choice, true)) {
      const same = JSON.stringify(row)
      const known = found.get(same) ?? { row, words: [] }
      found.set(same, known)
      if (telling === undefined || row.key === `${key}.${telling[0]}`) continue
      known.words.push(`\`${telling[0]}: ${String(telling[1].const)}\``)
    }
  }
  return [...found.values()].map(({ row, words }) =>
    words.length === 0 || words.length === choices.length
      ? row
      : { ...row, meaning: `${row.meaning} Only with ${words.join(' or ')}.` },
  )
}

function isLeaf(node: Node): boolean {
  if (node.wanted !== undefined || node.anyOf !== undefined) return true
  if (node.type === 'array') return node.items === undefined || isLeaf(node.items)
  return node.oneOf === undefined && node.type !== 'object'
}

function rowOf(key: string, node: Node, isRequired: boolean): Row {
  const isBlocks = !isLeaf(node)
  return {
    key,
    kind: isBlocks ? (node.type === 'array' ? 'a list of blocks' : 'a block') : kindOf(node),
    default: defaultOf(node, isRequired),
    meaning: node.description ?? '',
  }
}

function defaultOf(node: Node, isRequired: boolean): string {
  if (node.default !== undefined) return `\`${JSON.stringify(node.default)}\``
  return isRequired ? 'required' : ''
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
