import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createAuthority } from '../../../../test/support/certificates.ts'
import { subjectsIn } from './tls-facts.ts'

describe('the certificates of a file', () => {
  test('are named, all of them, and what is none is left out', () => {
    using one = createAuthority()
    using another = createAuthority()
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
    const pem = `# ours\n${one.ca}${broken}${another.issue('dc1.test').cert}`
    assert.deepEqual(subjectsIn(pem), ['CN=Test CA', 'CN=dc1.test'])
    assert.deepEqual(subjectsIn('nothing'), [])
  })
})
