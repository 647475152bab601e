import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'

const inRoot = (path: string) => new URL(`../../${path}`, import.meta.url)
const text = (path: string) => readFileSync(inRoot(path), 'utf8')

/** The cells of each row, without the heads of its tables. */
const ROWS = text('docs/bastionhost.md')
  .split('\n')
  .filter((line) => line.startsWith('| **'))
  .map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  )

const WORDS_OF_COMMANDS = /^(?:user|policy|trust|audit|store|doctor|explain)\b/
const KEYS = new Set(
  [...text('docs/configuration.md').matchAll(/^\| `([^`]+)` \|/gm)].map(([, key]) => key),
)

describe('docs/bastionhost.md', () => {
  test('names keys that there are', () => {
    const named = ROWS.flatMap(([, here = '']) => [
      ...here.matchAll(/`([a-z][A-Za-z.[\]]*)(?:`|:)/g),
    ]).flatMap(([, key = '']) =>
      WORDS_OF_COMMANDS.test(key) || (/^[a-z]+$/.test(key) && !KEYS.has(key)) ? [] : [key],
    )
    assert.ok(named.length > 20)
    assert.deepEqual(
      named.filter((key) => !KEYS.has(key)),
      [],
    )
  })

  test('names tests that there are', () => {
    const named = ROWS.map((cells) => cells.at(-1) ?? '').filter((cell) => cell !== '')
    assert.ok(named.length > 30)
    for (const cell of named) {
      const [, path = '', name] = /^`([^`]+)`(?:: (.+))?$/.exec(cell) ?? []
      if (path.startsWith('npm run ')) continue
      assert.ok(existsSync(inRoot(path)), path)
      if (name !== undefined) assert.ok(text(path).includes(name), `${path}: ${name}`)
    }
  })

  test('says what follows wherever nothing proves it', () => {
    for (const cells of ROWS.filter((all) => all.at(-1) === ''))
      assert.match(cells.join(' '), /follow|provider|neither/, cells[0])
  })
})
