import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instantOf } from '../../kernel/index.ts'
import { createEmailChannel } from './email.ts'

const AT = instantOf(Date.UTC(2030, 0, 1, 12))

describe('a mail to what is not one plain address', () => {
  for (const to of ['a@one.example, b@two.example', 'A <a@one.example>', 'a@one.example\r\nBcc: b'])
    test(`is not tried, and the log says why: ${JSON.stringify(to)}`, async () => {
      const warned: object[] = []
      await using channel = createEmailChannel({
        settings: {
          ...{ host: '127.0.0.1', port: 1, secure: false, requireTls: false },
          ...{ from: 'no-reply@kestrel.example', signIn: null, dkim: null, codeInSubject: false },
        },
        renderNotice: () => ({ subject: '', text: '', html: '' }),
        render: () => ({ subject: '', text: '', html: '' }),
        log: { warn: (_message, facts) => void warned.push(facts) },
        stopwatch: { seconds: () => 0 },
        timed: () => assert.fail('nothing was handed over'),
      })
      const delivery = await channel.send({
        ...{ to, locale: 'en', code: '000000', validUntil: AT, askedAt: AT, message: 1 },
        ...{ application: 'app', username: 'li.wei', from: { browser: null, ip: null } },
      })
      assert.deepEqual(delivery, { outcome: 'recipient-refused', provider: 'smtp' })
      assert.deepEqual(warned, [{ why: 'not one plain address' }])
    })
})
