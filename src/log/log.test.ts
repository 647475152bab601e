import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createLog } from './log.ts'

function logging(write: (log: ReturnType<typeof createLog>) => void): string[] {
  const lines: string[] = []
  write(createLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } }))
  return lines
}

describe('the log', () => {
  test('leaves out what grants something, wherever it turns up', () => {
    const secret = 's3cr3t-value'
    const [line = ''] = logging((log) =>
      log.info('x', {
        ...{ code: secret, cookie: secret, token: secret },
        headers: { authorization: secret, cookie: secret },
        deep: { body: { client_assertion: secret, password: secret } },
      }),
    )
    assert.ok(!line.includes(secret), line)
  })

  test('keeps a forged line inside its own', () => {
    const lines = logging((log) => log.info('x', { name: 'a\n{"level":"info","msg":"forged"}' }))
    assert.equal(lines.length, 1)
    assert.equal(lines[0]?.trimEnd().split('\n').length, 1)
  })

  test('tells an error with its causes and without what a library hung on it', () => {
    const cause = new Error('inner')
    const error = Object.assign(new Error('outer', { cause }), { mail: { text: '482913' } })
    const [line = ''] = logging((log) => log.error('x', { error }))
    assert.ok(line.includes('outer') && line.includes('inner') && !line.includes('482913'), line)
  })
})
