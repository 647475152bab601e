import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sources } from './sources.ts'

/** What would read the clock, the dice or the process behind our back. */
const AMBIENT =
  /\bDate\.now\(|\bnew Date\(\)|\bperformance\.|\bMath\.random\(|\brandom(?:UUID|Bytes|Int|FillSync|Fill)\(|\bgetRandomValues\(|\bprocess\.|\bconsole\./g

/** They start the process. */
const ENTRIES = new Set(['main.ts', 'launch.js'])

describe('the clock, chance and the process', () => {
  test('are touched only where the process starts', () => {
    const found = sources
      .filter(({ path }) => !ENTRIES.has(path))
      .flatMap(
        ({ path, code }) =>
          withoutQuotes(code)
            .match(AMBIENT)
            ?.map((call) => `${path}: ${call}`) ?? [],
      )
    assert.deepEqual(found, [])
  })
})

/** What stands in a template literal may be code. */
const withoutQuotes = (code: string) => code.replace(/'(?:[^'\\\n]|\\.)*'/g, "''")
