import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The attacks that have a test, as the threat model lists them. `npm run docs` writes the list. */
const ROOT = join(import.meta.dirname, '../..')
const PAGE = join(ROOT, 'docs/threat-model.md')
const [BEGIN, END] = ['<!-- matrix -->', '<!-- /matrix -->']

type Row = { readonly number: string; readonly about: string; readonly file: string }

export function listed(): string {
  const page = readFileSync(PAGE, 'utf8')
  return page.slice(page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)).trim()
}

export function tested(): string {
  const rows = [
    ...testsIn('test/attack').map(attacked),
    ...testsIn('test/replicas').flatMap(({ name, text }) => replicated(name, text)),
  ].sort((one, other) => (sortedBy(one) < sortedBy(other) ? -1 : 1))
  const lines = rows.map(({ number, about, file }) => `| ${number} | ${about} | \`${file}\` |`)
  return ['| | attack or fault | test |', '|---|---|---|', ...lines].join('\n')
}

function testsIn(folder: string): readonly { readonly name: string; readonly text: string }[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => ({ name, text: readFileSync(join(ROOT, folder, name), 'utf8') }))
}

/** What is done over several replicas stands after the attack itself. */
const sortedBy = ({ number, file }: Row) => `${number} ${file.includes('/') ? 1 : 0} ${file}`

/** A file for each. */
function attacked({ name, text }: { readonly name: string; readonly text: string }): Row {
  const [, , number, about] = /^describe\((['"])(M\d\d) (.*?)\1/m.exec(text) ?? []
  if (number === undefined || about === undefined || !name.startsWith(number.toLowerCase()))
    throw new Error(`${name} does not describe the row that it is named after`)
  return { number, about, file: name }
}

/** Here a file is about many, and each test or group of tests says of which. */
function replicated(name: string, text: string): readonly Row[] {
  const titles = new Map<string, string[]>()
  for (const [, quote, number = '', title = ''] of text.matchAll(TITLES)) {
    if (quote === '`' && title.includes('${'))
      throw new Error(`${name}: what is listed as ${number} says the same each time`)
    titles.set(number, [...(titles.get(number) ?? []), title])
  }
  return [...titles].map(([number, all]) => {
    const about = `over two replicas: ${[...new Set(all)].join('; ')}`
    return { number, about, file: `../replicas/${name}` }
  })
}

const TITLES = /\b(?:describe|test)\(\s*(['"`])(M\d\d): (.*?)\1/g

if (import.meta.main) {
  const page = readFileSync(PAGE, 'utf8')
  const [before, after] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)]
  writeFileSync(PAGE, `${page.slice(0, before)}\n\n${tested()}\n\n${page.slice(after)}`)
}
