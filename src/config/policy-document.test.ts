import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { BINDINGS } from '../kernel/index.ts'
import { formatPolicy, parseConfig, parsePolicy } from './index.ts'

const read = parseConfig({
  yaml: stringify({
    issuer: 'https://2fa.example.com',
    store: { engine: 'sqlite', file: 'sallyport.db' },
    encryption: { keys: [{ id: 'k1', env: 'FIELD_KEY' }] },
    clients: [
      {
        id: 'sso',
        auth: { method: 'client_secret_basic', secretEnv: 'CLIENT_SECRET' },
        redirectUris: ['https://sso.example.com/callback'],
        subject: { from: 'par' },
      },
    ],
    channels: { email: { host: 'smtp.example.com', from: 'no-reply@example.com' } },
  }),
  file: 'sallyport.yaml',
  env: {
    FIELD_KEY: Buffer.alloc(32, 7).toString('base64'),
    CLIENT_SECRET: 'a-secret-of-at-least-32-characters-9f2c',
  },
  readFile: () => assert.fail('no file is named'),
})
assert.ok(read.ok)
const config = read.value
const { enabled, factors, firstEnrolment, sendAtOnce, language, acr, rules, trust } = config
const policy = {
  ...{ enabled, factors, firstEnrolment, sendAtOnce, language, acr, rules },
  ...{ trustHours: 12, trustBinding: trust.binding },
}
const text = formatPolicy({ version: 3, policy, people: [] })
const parsed = (written: string) => parsePolicy(written, 'policy.yaml', config)
const complaints = (over: object) => {
  const found = parsed(stringify({ ...parse(text), ...over }))
  return found.ok ? [] : found.error.map(({ key, says }) => `${key} ${says}`)
}

describe('a policy document', () => {
  test('is read as it was written', () => {
    for (const trustBinding of BINDINGS) {
      const document = { version: 3, policy: { ...policy, trustBinding }, people: [] }
      const found = parsed(formatPolicy(document))
      assert.deepEqual(found, { ok: true, value: document })
    }
  })

  test('binds trust at first as the configuration does, which is to both', () => {
    assert.match(text, /^trustHours: 12h\ntrustBinding: ip\+device$/m)
  })

  test('has no default: whatever is left out is missing', () => {
    const keys = Object.keys(parse(text))
    assert.ok(keys.includes('trustBinding'))
    for (const key of keys)
      assert.deepEqual(complaints({ [key]: undefined }), [`${key} is missing`])
  })

  test('binds trust to nothing else, and neither by a rule nor for one person', () => {
    assert.equal(complaints({ trustBinding: 'network' }).length, 1)
    assert.equal(complaints({ trustBinding: null }).length, 1)
    const one = { name: 'r', then: 'require', trustBinding: 'ip' }
    assert.match(complaints({ rules: [one] }).join(), /^rules\[0\]\.trustBinding /)
    const someone = { account: `acc_${'a'.repeat(22)}`, trustBinding: 'ip' }
    assert.match(complaints({ people: [someone] }).join(), /people\[0\]\.trustBinding /)
  })
})
