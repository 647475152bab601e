import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Ber, isSound, NotBer } from './ber.ts'
import { entryOf } from './entry-of.ts'

const ENTRY = 0x64
const NONE: ReadonlySet<string> = new Set()

/** An element with a length as it may be written: in the first byte, or in so many more. */
function element(
  tag: number,
  content: Buffer,
  lengthBytes = content.length < 0x80 ? 0 : 4,
): Buffer {
  if (lengthBytes === 0) return Buffer.concat([Buffer.of(tag, content.length), content])
  const length = Buffer.alloc(lengthBytes)
  length.writeUIntBE(content.length, 0, lengthBytes)
  return Buffer.concat([Buffer.of(tag, 0x80 | lengthBytes), length, content])
}

const all = (tag: number, ...parts: readonly Buffer[]) => element(tag, Buffer.concat(parts))
const octets = (value: string | Uint8Array) => element(4, Buffer.from(value))
const attribute = (name: string, ...values: readonly (string | Uint8Array)[]) =>
  all(0x30, octets(name), all(0x31, ...values.map(octets)))
const entry = (dn: string, ...attributes: readonly Buffer[]) =>
  all(ENTRY, octets(dn), all(0x30, ...attributes))

function read(bytes: Buffer, binary = NONE) {
  const ber = new Ber(bytes)
  return entryOf(ber, ber.enter(ENTRY, bytes.length), binary)
}

describe('an entry', () => {
  test('is what the server wrote: text, bytes where they are wanted or no text, no options, nothing empty', () => {
    const [lone, mark] = [Buffer.of(0xff, 0xfe), '\ufeffBerg']
    const bytes = entry(
      ...(['uid=ann', attribute('UID', 'ann'), attribute('cn', 'Ann', 'Ännchen')] as const),
      ...[attribute('cn;lang-de', '安'), attribute('dn', 'uid=bob'), attribute('none')],
      ...[
        attribute('sn', mark),
        attribute('title', lone, '\ufffd'),
        attribute('objectGUID', 'abc'),
      ],
    )
    assert.deepEqual(read(bytes, new Set(['objectguid'])), {
      dn: 'uid=ann',
      values: new Map<string, unknown>([
        ['uid', ['ann']],
        ['cn', ['Ann', 'Ännchen', '安']],
        ['dn', ['uid=bob']],
        ['sn', [mark]],
        ['title', [lone, '\ufffd']],
        ['objectguid', [Buffer.from('abc')]],
      ]),
    })
  })

  test('is its own, whatever becomes of the bytes that it came in', () => {
    const bytes = entry('uid=ann', attribute('photo', Buffer.of(0xff)), attribute('cn', 'Ann'))
    const { values } = read(bytes, new Set(['cn']))
    bytes.fill(0)
    assert.deepEqual(values.get('photo'), [Buffer.of(0xff)])
    assert.deepEqual(values.get('cn'), [Buffer.from('Ann')])
  })

  test('may have each length in as many bytes as LDAP allows, and in no other way', () => {
    for (const more of [0, 1, 2, 3, 4]) {
      const bytes = all(
        ENTRY,
        element(4, Buffer.from('uid=ann'), more),
        element(0x30, Buffer.alloc(0)),
      )
      assert.equal(read(bytes).dn, 'uid=ann')
      assert.ok(isSound(bytes))
    }
    const long = 'x'.repeat(70_000)
    assert.deepEqual(read(entry(long, attribute('cn', long))).values.get('cn'), [long])
    for (const length of [
      [0x80, 1, 2],
      [0x85, 0, 0, 0, 0, 0],
      [0xff, 1],
    ])
      assert.throws(() => read(Buffer.from([ENTRY, ...length])), NotBer)
  })

  test('is read to its end or not at all, whatever became of its bytes on the way', () => {
    const whole = entry('uid=ann', attribute('uid', 'ann'), attribute('cn', 'Ann', 'A'))
    const place = fc.nat(whole.length - 1)
    const damage = fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 4 })
    const holds = fc.property(damage, fc.nat(whole.length), (spots, cut) => {
      const bytes = Buffer.from(whole)
      for (const [at, byte] of spots) bytes[at] = byte
      for (const one of [bytes, bytes.subarray(0, cut)])
        try {
          read(one)
        } catch (error) {
          assert.ok(error instanceof NotBer)
        }
    })
    fc.assert(holds, { seed: 1, numRuns: 20_000 })
  })
})

describe('a message', () => {
  const ofResult = (...behind: readonly Buffer[]) => all(0x30, element(2, Buffer.of(7)), ...behind)
  const result = all(0x65, element(10, Buffer.of(0)), octets(''), octets(''))
  const control = all(0x30, octets('1.2.3'))

  test('is sound where every element ends within what it is part of', () => {
    assert.ok(isSound(ofResult(result)))
    assert.ok(isSound(ofResult(result, all(0xa0, control, control))))
  })

  test('is not sound with a length that leads out of it, at which ldapts would wait for an end', () => {
    const tooLong = Buffer.of(0xa0, 0x7f, ...control)
    assert.equal(isSound(ofResult(result, tooLong)), false)
    assert.equal(
      isSound(ofResult(all(ENTRY, octets(''), Buffer.of(0x30, 0x84, 0x7f, 0, 0, 0)))),
      false,
    )
    assert.equal(isSound(ofResult(all(0x61, Buffer.of(0x87, 0x7f, 1)))), false)
    assert.equal(isSound(ofResult(Buffer.of(0x65))), false)
  })

  test('is not sound with a tag that LDAP has not, or too deep', () => {
    assert.equal(isSound(ofResult(all(0x3f, octets('')))), false)
    let deep = octets('')
    for (let depth = 0; depth < 100; depth++) deep = all(0x30, deep)
    assert.equal(isSound(deep), false)
  })
})
