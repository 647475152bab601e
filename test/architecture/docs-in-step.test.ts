import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
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
