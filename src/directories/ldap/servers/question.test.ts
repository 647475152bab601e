import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { PagedResultsControl, SearchRequest } from 'ldapts'
import { ldaptsFilterOf } from '../../../../test/support/ldapts-filter.ts'
import type { Filter, Search } from '../wire.ts'
import { createWriteQuestion, type Question, UnreadableFilter } from './question.ts'

/** Names and values of every length of a length, and of every length of a character. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('', 'x'.repeat(127), 'x'.repeat(128), '李'.repeat(100), 'é'.repeat(40_000)),
)
const attribute = fc.constantFrom('uid', 'objectGUID', 'msDS-User-Account-Control-Computed')
const some = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
const bytes = fc.uint8Array({ maxLength: 200 })
const written = fc.constantFrom('(uid=*)', '(&(a=1)(!(b=2*3)))', '(memberOf:1.2.3:=cn=\\28x\\29)')

const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    fc.record({ is: fc.constant('equal' as const), attribute, value: fc.oneof(text, bytes) }),
    fc.record({ is: fc.constant('starts' as const), attribute, value: some }),
    fc.record({ is: fc.constant('matches' as const), attribute, rule: some, value: text }),
    fc.record({ is: fc.constant('present' as const), attribute }),
    fc.record({ is: fc.constant('written' as const), text: written }),
    fc.record({ is: fc.constant('not' as const), one: tie('filter') }),
    fc.record({
      is: fc.constantFrom('and' as const, 'or' as const),
      all: fc.array(tie('filter'), { minLength: 1, maxLength: 4 }),
    }),
  ),
}))

const number = fc.oneof(fc.nat(300), fc.constantFrom(127, 128, 32_767, 32_768, 8_388_608), fc.nat())
const question = fc.record<Question>({
  id: fc.oneof(number, fc.constantFrom(2 ** 30, 2 ** 31 - 1)),
  limitSeconds: number,
  cookie: fc.option(bytes, { nil: undefined }),
  asked: fc
    .record({
      ...{ base: text, scope: fc.constantFrom('base', 'one', 'sub'), filter },
      ...{ attributes: fc.array(attribute, { maxLength: 12 }), binary: fc.constant([]) },
      entriesMax: fc.nat(100_000),
      pageSize: fc.option(fc.integer({ min: 1, max: 100_000 }), { nil: undefined }),
    })
    .map(({ pageSize, ...asked }): Search => ({ ...asked, ...(pageSize && { pageSize }) })),
})

function ldaptsOf({ id, asked, limitSeconds, cookie }: Question): Buffer {
  const { base, scope, attributes, entriesMax, pageSize } = asked
  const value = { size: pageSize ?? 0, ...(cookie && { cookie: Buffer.from(cookie) }) }
  return new SearchRequest({
    ...{ messageId: id, baseDN: base, scope, timeLimit: limitSeconds },
    ...{ attributes: [...attributes], filter: ldaptsFilterOf(asked.filter) },
    ...(pageSize
      ? { controls: [new PagedResultsControl({ value })] }
      : { sizeLimit: entriesMax + 1 }),
  }).write()
}

const ASKED: Search = {
  ...{ base: 'dc=example', scope: 'sub', filter: { is: 'present', attribute: 'uid' } },
  ...{ attributes: [], binary: [], entriesMax: 1 },
}
const QUESTION: Question = { id: 1, asked: ASKED, limitSeconds: 1, cookie: undefined }

describe('a question', () => {
  test('is written byte for byte as ldapts would', () => {
    const write = createWriteQuestion()
    const holds = fc.property(question, (one) => {
      assert.equal(write(one).toString('hex'), ldaptsOf(one).toString('hex'))
    })
    fc.assert(holds, { seed: 1, numRuns: 3_000 })
  })

  test('has no filter that nobody can read, and none that begins with nothing', () => {
    const write = createWriteQuestion()
    const of = (filter: Filter) => () => write({ ...QUESTION, asked: { ...ASKED, filter } })
    assert.throws(of({ is: 'written', text: '(uid=' }), UnreadableFilter)
    assert.throws(of({ is: 'starts', attribute: 'uid', value: '' }), /a beginning is not empty/)
    // None of it is left in the next one.
    assert.deepEqual(write(QUESTION), ldaptsOf(QUESTION))
  })
})
