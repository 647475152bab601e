import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sources } from './sources.ts'

const LINES_MAX = 300

describe('a file of the source', () => {
  test('has at most 300 lines', () => {
    const long = sources
      .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > LINES_MAX)
    assert.deepEqual(long, [])
  })
})
