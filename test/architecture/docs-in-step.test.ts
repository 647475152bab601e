import assert from 'node:assert/strict'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { renderDocs } from '../../src/config/index.ts'
import { listed, tested } from './matrix.ts'

describe('generated documents', () => {
  for (const { path, content } of renderDocs())
    test(`say what the schema says; \`npm run docs\` writes them: ${path}`, () => {
      const written = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
      assert.equal(written, content)
    })

  test('list every attack that has a test: docs/threat-model.md', () => {
    assert.equal(listed(), tested())
  })
})

describe('the changelog', () => {
  test('closes the version that package.json says, or is open above it', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    const changes = readFileSync('CHANGELOG.md', 'utf8')
    const [first, second] = changes.matchAll(/^## (\S+?)(?:, (\d{4}-\d\d-\d\d))?$/gm)
    const closed = first?.[1] === 'Unreleased' ? second : first
    assert.equal(closed?.[1], version)
    assert.ok(closed?.[2], `${version} has a day`)
  })
})

describe('links within the documents', () => {
  test('lead to a page and a heading that are there', () => {
    const pages = ['README.md', 'CHANGELOG.md', ...globSync('docs/**/*.md')]
    const lost = pages.flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/]\(([^)#:]*)(?:#([^)]+))?\)/g)].flatMap(
        ([whole, path = '', heading]) => {
          const to = path === '' ? page : join(dirname(page), path)
          const isThere = existsSync(to) && (heading === undefined || slugsOf(to).has(heading))
          return isThere ? [] : [`${page}: ${whole.slice(1)}`]
        },
      ),
    )
    assert.deepEqual(lost, [])
  })

  /** As forges make them of a heading. */
  function slugsOf(path: string): ReadonlySet<string> {
    const headings = readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm)
    const slugs = headings.map(([, text = '']) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    )
    return new Set(slugs)
  }
})

describe('pictures', () => {
  test('are all shown on some page, and no page shows one that is not there', () => {
    const pages = ['README.md', ...globSync('docs/**/*.md')]
    const shown = pages.flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/]\(([^)]*images\/[^)]+)\)/g)].map(([, at = '']) =>
        basename(at),
      ),
    )
    assert.deepEqual([...new Set(shown)].sort(), readdirSync('docs/images').sort())
  })
})
