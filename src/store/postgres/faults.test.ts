import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DatabaseError } from 'pg'
import { Fault } from '../../kernel/index.ts'
import {
  isConnectionSound,
  isUnique,
  judge,
  Lost,
  NO_RETRIES,
  NoConnection,
  OutOfTime,
  RETRY_KINDS,
  unconnected,
  withoutValues,
} from './faults.ts'

function told(code: string, over: Partial<DatabaseError> = {}): DatabaseError {
  return Object.assign(new DatabaseError(`told ${code}`, 0, 'error'), { code, ...over })
}

const coded = (code: string, message = 'said') => Object.assign(new Error(message), { code })
const asSaid = (code: string) => {
  const verdict = judge(told(code))
  return 'kind' in verdict ? `${verdict.is} ${verdict.kind}` : verdict.is
}

describe('what the server says of a statement', () => {
  test('is that it was undone, and may be asked again', () => {
    assert.equal(asSaid('40001'), 'undone serialization')
    assert.equal(asSaid('40P01'), 'undone deadlock')
    assert.equal(asSaid('25006'), 'undone read-only')
    const plan = { routine: 'RevalidateCachedQuery' }
    assert.deepEqual(judge(told('0A000', plan)), { is: 'undone', kind: 'stale-plan' })
  })

  test('leaves open whether it was done, where the connection ends with it', () => {
    for (const code of ['57P01', '57P02', '57P03', '57P05', '25P03', '08006', '08P01', '40003'])
      assert.equal(asSaid(code), 'unknown lost', code)
  })

  test('is a fault of the world, and the same again in a moment', () => {
    for (const code of ['55P03', '57014', '53100', '53200', '53400', '58030', 'XX000', 'XX001'])
      assert.partialDeepStrictEqual(judge(told(code)), { is: 'fault', code: 'store.unavailable' })
    for (const code of ['42P01', '3F000', '42501', '26000', '42P05'])
      assert.partialDeepStrictEqual(judge(told(code)), { is: 'fault', code: 'configuration.unfit' })
  })

  test('is about us, where it is about nothing else', () => {
    for (const code of ['23505', '23503', '23514', '22P02', '42601', '42703', '0A000', '25P02'])
      assert.equal(asSaid(code), 'ours', code)
    assert.deepEqual(judge(new TypeError('no function')), { is: 'ours' })
    assert.deepEqual(judge('no error at all'), { is: 'ours' })
  })

  test('is told by its code alone, in whichever language it speaks', () => {
    const error = told('57P01', { message: 'Verbindung wird abgebrochen', severity: 'FATAL' })
    assert.deepEqual(judge(error), { is: 'unknown', kind: 'lost' })
  })
})

describe('a connection that is lost', () => {
  test('leaves open whether what was asked on it was done, and only that', () => {
    assert.deepEqual(judge(new Lost('silent', true, 'x')), { is: 'unknown', kind: 'silent' })
    assert.deepEqual(judge(new Lost('lost', false, 'x')), { is: 'undone', kind: 'lost' })
    assert.deepEqual(judge(new NoConnection('limit', 'x')), { is: 'undone', kind: 'limit' })
    assert.deepEqual(judge(new OutOfTime('x')), { is: 'undone', kind: 'refused' })
  })

  test('is used no more; one that said no is', () => {
    for (const code of ['23505', '22P02', '40001', '40P01', '42P01', '55P03', '57014'])
      assert.ok(isConnectionSound(told(code)), code)
    for (const code of ['57P01', '08006', '25006', '53200', '58030', 'XX000', '0A000'])
      assert.ok(!isConnectionSound(told(code)), code)
    assert.ok(!isConnectionSound(new Lost('lost', true, 'x')))
    assert.ok(!isConnectionSound(new TypeError('in a parser')))
  })
})

describe('a connection that is not had', () => {
  const why = (error: unknown) => {
    const told = unconnected(error, 'db:5432', 'sallyport')
    return `${told instanceof Fault ? told.code : told.kind}: ${told.message}`
  }

  test('is a matter of who we are', () => {
    for (const code of ['28P01', '28000', '3D000', '42501'])
      assert.equal(why(told(code)), `rejected: db:5432 rejects user 'sallyport' (${code})`)
    assert.match(why(new Error('SASL: no password')), /^rejected: .* SASL: no password/)
    const fault = new Fault('store.unavailable', 'no password', { cause: coded('ENOENT') })
    assert.equal(why(fault), 'rejected: no password')
    const none = new Fault('configuration.unfit', 'none is configured')
    assert.equal(why(none), 'configuration.unfit: none is configured')
    assert.equal(judge(none).is, 'ours')
  })

  test('is a matter of a certificate', () => {
    for (const code of ['ERR_TLS_CERT_ALTNAME_INVALID', 'SELF_SIGNED_CERT_IN_CHAIN'])
      assert.equal(why(coded(code)), `rejected: TLS with db:5432 failed: said (${code})`)
    for (const code of ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CERT_HAS_EXPIRED', 'ERR_SSL_ALERT'])
      assert.match(why(coded(code)), /^rejected: TLS/)
    assert.match(why(new Error('The server does not support SSL connections')), /^rejected/)
  })

  test('is a matter of time, in which it may come back', () => {
    for (const code of ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'])
      assert.equal(why(coded(code)), 'refused: db:5432 was not reached')
    assert.equal(why(told('53300')), 'limit: db:5432 refuses (53300)')
    assert.equal(why(told('57P03')), 'refused: db:5432 refuses (57P03)')
    assert.equal(why(told('08P01')), 'refused: db:5432 refuses (08P01)')
  })
})

describe('what is told of an error', () => {
  test('holds nothing of rows and values', () => {
    const detail = 'Key (id)=(private) already exists.'
    const where = 'unnamed portal parameter $1 = private'
    const error = told('23505', { detail, where, internalQuery: 'private', constraint: 'c' })
    assert.doesNotMatch(JSON.stringify(withoutValues(error)), /private/)
    assert.ok(isUnique(error, 'c') && !isUnique(error, 'd') && !isUnique(coded('23505'), 'c'))
    const quoting = told('22P02', { message: 'invalid input syntax: "private"' })
    assert.ok(String(withoutValues(quoting)).endsWith('a value did not fit (22P02)'))
    assert.equal(withoutValues(7), 7)
  })

  test('counts every kind of retry from zero', () => {
    assert.deepEqual(Object.keys(NO_RETRIES).sort(), [...RETRY_KINDS].sort())
  })
})
