import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createKeyRing, Secret } from '../kernel/index.ts'
import { createSealing } from './sealing.ts'

const ring = (...ids: readonly string[]) =>
  createKeyRing(ids.map((id) => ({ id, secret: new Secret(new Uint8Array(32).fill(id.length)) })))
let made = 0
const random = { bytes: (count: number) => new Uint8Array(count).fill(++made) }
const place = { table: 'enrolments', column: 'secret', row: 'enr_1' }
const plain = Buffer.from('twenty bytes of seed')

describe('sealing', () => {
  const { seal, unseal, reseal } = createSealing(ring('2030.01', 'old'), random)

  test('opens what it sealed, and says the key that it used', () => {
    const sealed = seal(place, plain)
    assert.match(sealed, /^v1\.2030\.01\.[\w-]{16}\.[\w-]+$/)
    assert.deepEqual(unseal(place, sealed), plain)
  })

  test('never seals the same twice alike', () => {
    assert.notEqual(seal(place, plain), seal(place, plain))
  })

  test('opens at no other table, column or row', () => {
    const sealed = seal(place, plain)
    for (const other of [{ table: 'people' }, { column: 'pin' }, { row: 'enr_2' }])
      assert.throws(() => unseal({ ...place, ...other }, sealed))
    // The same letters, cut elsewhere.
    assert.throws(() => unseal({ table: 'enrolmentss', column: 'ecret', row: 'enr_1' }, sealed))
  })

  test('opens nothing that was changed, cut or renamed', () => {
    const sealed = seal(place, plain)
    for (let at = 0; at < sealed.length; at++) {
      const letter = sealed[at] === 'A' ? 'B' : 'A'
      const changed = `${sealed.slice(0, at)}${letter}${sealed.slice(at + 1)}`
      // The last letter of base64url may hold bits that mean nothing.
      if (Buffer.from(changed.split('.').at(-1) ?? '', 'base64url').equals(bodyOf(sealed)))
        if (changed.slice(0, at) === sealed.slice(0, at) && at === sealed.length - 1) continue
      assert.throws(() => unseal(place, changed), `letter ${at}`)
    }
    for (const cut of ['', 'v1', sealed.slice(0, -4), sealed.replace('v1', 'v2'), `${sealed}.x`])
      assert.throws(() => unseal(place, cut))
    assert.throws(() => unseal(place, sealed.replace('2030.01', 'old')))
  })

  test('puts a value of an older key under the newest, and leaves those of the newest', () => {
    const older = createSealing(ring('old'), random).seal(place, plain)
    const newer = reseal(place, older)
    assert.ok(newer !== undefined)
    assert.deepEqual(createSealing(ring('2030.01'), random).unseal(place, newer), plain)
    assert.equal(reseal(place, newer), undefined)
  })

  test('names the key that is missing', () => {
    const sealed = seal(place, plain)
    const without = createSealing(ring('old'), random)
    assert.throws(() => without.unseal(place, sealed), /encryption\.keys has no '2030\.01'/)
  })
})

function bodyOf(sealed: string): Buffer {
  return Buffer.from(sealed.split('.').at(-1) ?? '', 'base64url')
}
