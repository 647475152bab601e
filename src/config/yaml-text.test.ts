import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fail } from '../kernel/index.ts'
import { parseConfig } from './parse-config.ts'

const GOOD = 'issuer: https://2fa.example.com\n'
const MISSING = ['store', 'encryption', 'clients', 'channels.email']

/** What is said of the text itself, without what it lacks. */
const complaints = (yaml: string) => {
  const file = '/etc/sp/sallyport.yaml'
  const parsed = parseConfig({ yaml, file, env: {}, readFile: () => fail('no such file') })
  const said = parsed.ok ? [] : parsed.error.filter(({ key }) => !MISSING.includes(key))
  return said.map(({ key, says }) => `${key} ${says}`.trim())
}

describe('hostile YAML', () => {
  const HOSTILE: readonly [name: string, yaml: string, complaint: RegExp][] = [
    ['a billion laughs', laughs(), /beyond reason/],
    ['an endless nesting', '['.repeat(100_000), /beyond reason|no clear YAML/],
    ['a loop', 'clients: &c [*c]\n', /./],
    ['a prototype', `${GOOD}__proto__: { logLevel: debug }\n`, /^__proto__ is read by nobody$/],
    [
      'a prototype within',
      `${GOOD}listen: { __proto__: { port: 1 } }\n`,
      /^listen.__proto__ is read by nobody$/,
    ],
    ['a merge key', `${GOOD}listen: { <<: { port: 1 } }\n`, /^listen.<< is read by nobody$/],
    ['a key twice', `${GOOD}issuer: https://b.example.com\n`, /^names a key twice$/],
    ['two documents', `${GOOD}---\na: 1\n`, /no clear YAML/],
    ['a tag', `${GOOD}logLevel: !!js/function x\n`, /no clear YAML/],
    ['nothing', '', /is empty/],
    ['a list', '- 1', /is empty/],
    ['a megabyte', `# ${'x'.repeat(1024 * 1024)}`, /larger than 1 MiB/],
  ]
  for (const [name, yaml, complaint] of HOSTILE)
    test(`is refused without harm: ${name}`, () => {
      assert.match(complaints(yaml)[0] ?? 'nothing was said', complaint)
      assert.equal(Object.hasOwn(Object.prototype, 'logLevel'), false)
    })
})

function laughs(): string {
  const levels = Array.from({ length: 9 }, (_, i) => {
    const of = i === 0 ? 'lol' : `*a${i - 1}`
    return `a${i}: &a${i} [${Array(9).fill(of).join(', ')}]`
  })
  return levels.join('\n')
}
