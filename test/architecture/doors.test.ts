import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { describe, test } from 'node:test'
import { sources, templates } from './sources.ts'

const COMMENT_LINES_MAX = 15

const doors = sources.filter(({ path }) => path.endsWith('/index.ts'))
const isDoored = (path: string) =>
  path === '.' || doors.some((door) => dirname(door.path) === path.split('/')[0])

/** A folder that holds nothing but rooms needs no door of its own. */
const isRoomOfRooms = (path: string) =>
  doors.some((door) => door.path.split('/').length > 2 && path.startsWith(`${dirname(door.path)}/`))

/** Names one by one, never `*`. */
const EXPORTS_ONLY = /^(?:export (?:type )?\{[^}*]*\} from '\.[^']*'\s*)+$/

describe('rooms', () => {
  test('each have a door', () => {
    const without = sources.filter(({ path }) => !isDoored(dirname(path)) && !isRoomOfRooms(path))
    assert.deepEqual(
      without.map(({ path }) => path),
      [],
    )
  })

  test('say at the door, in at most 15 lines, what they own and refuse to know', () => {
    const wrong = doors.filter(({ text }) => {
      const comment = /^\/\*\*[\s\S]*?\*\//.exec(text)?.[0]
      return comment === undefined || comment.split('\n').length > COMMENT_LINES_MAX
    })
    assert.deepEqual(
      wrong.map(({ path }) => path),
      [],
    )
  })

  test('export at the door what others may use, name by name, and nothing is made there', () => {
    const wrong = doors.filter(({ code }) => !EXPORTS_ONLY.test(code.trim()))
    assert.deepEqual(
      wrong.map(({ path }) => path),
      [],
    )
  })
})

describe('the source', () => {
  const code = sources.map(({ path, code: written }) => ({ path, code: withoutTexts(written) }))
  const having = (pattern: RegExp) =>
    code.filter((one) => pattern.test(one.code)).map(({ path }) => path)

  test('has no default exports', () => assert.deepEqual(having(/\bexport default\b/), []))

  test('has no `any`', () => assert.deepEqual(having(/(?:[:<,|&]|\bas)\s*any\b/), []))

  test('asserts of nothing that it is not null', () =>
    assert.deepEqual(having(/[\w)\]]!(?=[.,;)\]}]|\s*$)/m), []))

  test('has no enum, namespace, decorator or parameter property', () => {
    const pattern =
      /^\s*(?:export )?(?:declare )?(?:const )?enum \w|^\s*(?:export )?namespace \w|^\s*@\w+|constructor\([^)]*\b(?:private|public|protected|readonly) /m
    assert.deepEqual(having(pattern), [])
  })

  test('lets no template print what is not escaped', () => {
    assert.deepEqual(
      templates.filter(({ text }) => text.includes('<%~')),
      [],
    )
  })
})

function withoutTexts(code: string): string {
  return code.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "''")
}
