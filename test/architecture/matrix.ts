import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The attacks that have a test, as the threat model lists them. `npm run docs` writes the list. */
const ROOT = join(import.meta.dirname, '../..')
const PAGE = join(ROOT, 'docs/threat-model.md')
const [BEGIN, END] = ['<!-- matrix -->', '<!-- /matrix -->']

export function listed(): string {
  const page = readFileSync(PAGE, 'utf8')
  return page.slice(page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)).trim()
}

export function tested(): string {
  const rows = readdirSync(join(ROOT, 'test/attack'))
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => {
      const text = readFileSync(join(ROOT, 'test/attack', name), 'utf8')
      const title = /^describe\((['"])(M\d\d) (.*)\1/m.exec(text)
      if (title === null || !name.startsWith(title[2]?.toLowerCase() ?? '?'))
        throw new Error(`${name} does not describe the row that it is named after`)
      return `| ${title[2]} | ${title[3]} | \`${name}\` |`
    })
  return ['| | attack or fault | test |', '|---|---|---|', ...rows].join('\n')
}

if (import.meta.main) {
  const page = readFileSync(PAGE, 'utf8')
  const [before, after] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)]
  writeFileSync(PAGE, `${page.slice(0, before)}\n\n${tested()}\n\n${page.slice(after)}`)
}
