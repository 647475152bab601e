import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault } from '../kernel/index.ts'
import { judgeSchema, refuseUnfit } from './judge-schema.ts'
import type { Migration } from './migration.ts'

const migration = (version: number, compatibleFrom = version - 1): Migration => ({
  ...{ version, name: `number ${version}`, compatibleFrom, sql: '' },
})
const KNOWN = [migration(1, 1), migration(2), migration(3)]
const applied = (...versions: readonly (readonly [version: number, compatibleFrom: number])[]) =>
  versions.map(([version, compatibleFrom]) => ({ version, compatibleFrom }))
const UP_TO_3 = applied([1, 1], [2, 1], [3, 2])
const refusalOf = (found: ReturnType<typeof judgeSchema>) => {
  try {
    refuseUnfit(found)
    return undefined
  } catch (error) {
    assert.ok(error instanceof Fault)
    return [error.code, error.message]
  }
}

describe('a schema', () => {
  test('of this release is fit, and nothing is to be done', () => {
    const found = judgeSchema(UP_TO_3, KNOWN)
    assert.deepEqual(found, { verdict: 'fit', version: 3 })
    assert.equal(refusalOf(found), undefined)
  })

  test('that is older lacks what came after it, in order; one that is not there lacks all', () => {
    const missingOf = (found: ReturnType<typeof judgeSchema>) => {
      assert.ok(found.verdict === 'behind')
      return [found.version, ...found.missing.map(({ version }) => version)]
    }
    assert.deepEqual(missingOf(judgeSchema(applied([1, 1]), KNOWN)), [1, 2, 3])
    assert.deepEqual(missingOf(judgeSchema([], KNOWN)), [0, 1, 2, 3])
  })

  test('that is newer is fit where every step on the way says so, in whatever order they are read', () => {
    for (const later of [
      [[4, 3]],
      [
        [4, 3],
        [5, 3],
      ],
      [
        [5, 2],
        [4, 1],
      ],
    ] as const) {
      const found = judgeSchema([...applied(...later), ...UP_TO_3], KNOWN)
      assert.equal(found.verdict, 'fit')
      assert.equal(refusalOf(found), undefined)
    }
  })

  test('that is newer is beyond a release that any step on the way broke with', () => {
    const found = judgeSchema([...UP_TO_3, ...applied([4, 4], [5, 1])], KNOWN)
    assert.deepEqual(found, { verdict: 'beyond', version: 5, needs: 4, known: 3 })
    assert.deepEqual(refusalOf(found), [
      'store.unavailable',
      'the store has schema 5, which needs a release that knows schema 4; this one knows up to 3: run a newer release, or restore the backup from before it',
    ])
  })

  test('is asked nothing about its own old breaks: what was broken before this release is no matter', () => {
    const found = judgeSchema([...applied([1, 1], [2, 2], [3, 3]), ...applied([4, 3])], KNOWN)
    assert.equal(found.verdict, 'fit')
  })

  test('that is behind is refused where nobody may change it, and the sentence says what to do', () => {
    assert.deepEqual(refusalOf(judgeSchema(applied([1, 1]), KNOWN)), [
      'configuration.unfit',
      'the store has schema 1, and this release needs schema 3: run `sallyport migrate`, or set store.migrate: auto',
    ])
    const [code, says] = refusalOf(judgeSchema([], KNOWN)) ?? []
    assert.equal(code, 'configuration.unfit')
    assert.match(says ?? '', /no tables that this release finds: run `sallyport migrate`/)
  })
})
