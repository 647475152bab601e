import assert from 'node:assert/strict'
import { globSync, readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
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
