import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { openPlace, type Place } from './part.ts'
import { lay } from './template.ts'

/** A folder for temporary files of its own, and a template that counts how often it is made. */
function open() {
  const within = mkdtempSync(join(tmpdir(), 'sallyport-templates-test-'))
  const kept = join(within, `sallyport-templates-${process.getuid?.()}`)
  let made = 0
  const layIn = (place: Place, madeOf = ['a', 'b'], text = 'whole') => {
    const make = () => {
      made++
      mkdirSync(place.at('data'))
      writeFileSync(place.at('data/file'), text)
    }
    lay(place, { folder: 'data', madeOf, make }, within)
    return readFileSync(place.at('data/file'), 'utf8')
  }
  return {
    ...{ within, kept, layIn },
    made: () => made,
    archives: () => readdirSync(kept).map((name) => join(kept, name)),
    [Symbol.dispose]: () => rmSync(within, { recursive: true }),
  }
}

describe('a template', () => {
  test('is made once, and each place has a copy of its own', async () => {
    using templates = open()
    await using places = new AsyncDisposableStack()
    const [first, second, third] = [1, 2, 3].map(() => places.use(openPlace('template')))
    assert.ok(first && second && third)
    templates.layIn(first)
    assert.equal(templates.layIn(second), 'whole')
    writeFileSync(second.at('data/file'), 'changed')
    assert.equal(templates.layIn(third), 'whole')
    assert.equal(templates.made(), 1)
  })

  test('is another where anything that it is made of is another', async () => {
    using templates = open()
    for (const madeOf of [['a', 'b'], ['ab'], ['a', 'c'], ['a', 'b', '']]) {
      await using place = openPlace('template')
      assert.equal(templates.layIn(place, madeOf, `of ${madeOf}`), `of ${madeOf}`)
    }
    assert.equal(templates.made(), 4)
  })

  test('is made anew where what was kept was damaged, or is gone', async () => {
    using templates = open()
    const damages: readonly ((archive: string) => void)[] = [
      () => {},
      (archive) => truncateSync(archive, statSync(archive).size - 5),
      (archive) => truncateSync(archive, 0),
      (archive) => rmSync(archive),
    ]
    for (const damage of damages) {
      for (const archive of templates.made() > 0 ? templates.archives() : []) damage(archive)
      await using place = openPlace('template')
      assert.equal(templates.layIn(place), 'whole')
    }
    assert.equal(templates.made(), 4)
  })

  test('is not taken from one who was killed while it was made', async () => {
    using templates = open()
    await using place = openPlace('template')
    assert.throws(() => {
      lay(
        place,
        {
          ...{ folder: 'data', madeOf: ['a', 'b'] },
          make() {
            mkdirSync(place.at('data'))
            throw new Error('killed')
          },
        },
        templates.within,
      )
    }, /killed/)
    await using next = openPlace('template')
    assert.equal(templates.layIn(next), 'whole')
    assert.equal(templates.made(), 1)
  })

  test('made by two at once is one, and whole', async () => {
    using templates = open()
    await using place = openPlace('template')
    await using other = openPlace('template')
    const make = () => {
      templates.layIn(other)
      mkdirSync(place.at('data'))
      writeFileSync(place.at('data/file'), 'whole')
    }
    lay(place, { folder: 'data', madeOf: ['a', 'b'], make }, templates.within)
    assert.equal(templates.archives().length, 1)
    await using third = openPlace('template')
    assert.equal(templates.layIn(third), 'whole')
    assert.equal(templates.made(), 1)
  })

  test('is neither kept in nor taken from a folder that is not ours alone', async () => {
    const grabs: readonly ((kept: string, elsewhere: string) => void)[] = [
      (kept) => chmodSync(kept, 0o770),
      (kept) => chmodSync(kept, 0o701),
      (kept, elsewhere) => {
        rmSync(kept, { recursive: true })
        symlinkSync(elsewhere, kept)
      },
      (kept) => {
        rmSync(kept, { recursive: true })
        writeFileSync(kept, '', { mode: 0o600 })
      },
      // Only root can give something away.
      ...(process.getuid?.() === 0 ? [(kept: string) => chownSync(kept, 1, 1)] : []),
    ]
    for (const grab of grabs) {
      using templates = open()
      using elsewhere = open()
      await using first = openPlace('template')
      templates.layIn(first)
      grab(templates.kept, elsewhere.within)
      await using second = openPlace('template')
      templates.layIn(second)
      assert.equal(templates.made(), 2)
      assert.deepEqual(readdirSync(elsewhere.within), [])
    }
  })

  test('is forgotten once nobody has asked for it in two weeks', async () => {
    using templates = open()
    await using places = new AsyncDisposableStack()
    const openOne = () => places.use(openPlace('template'))
    const fortnightAgo = new Date(Date.now() - 15 * 24 * 3600 * 1000)
    for (const madeOf of ['asked', 'idle']) templates.layIn(openOne(), [madeOf])
    for (const archive of templates.archives()) utimesSync(archive, fortnightAgo, fortnightAgo)
    templates.layIn(openOne(), ['asked'])
    const old = templates
      .archives()
      .filter((one) => statSync(one).mtimeMs < Date.now() - 86_400_000)
    assert.equal(old.length, 1)
    templates.layIn(openOne(), ['new'])
    assert.equal(templates.archives().length, 2)
    assert.ok(old.every((archive) => !existsSync(archive)))
  })
})
