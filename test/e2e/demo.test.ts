import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { needs } from '../support/needs.ts'

const DEMO = fileURLToPath(new URL('../demo/demo.ts', import.meta.url))

/** What it keeps is apart from what somebody keeps who has the demo running. */
async function demo(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const within = mkdtempSync(join(tmpdir(), 'sallyport-demo-'))
  const folder = join(within, 'data')
  const said = { out: '', err: '' }
  const child = execFile(
    process.execPath,
    [DEMO, ...words, '--folder', folder],
    { env: { ...process.env, ...env } },
    (_error, out, err) => Object.assign(said, { out, err }),
  )
  const [code] = await once(child, 'close')
  const hasStarted = existsSync(folder)
  rmSync(within, { recursive: true })
  return { code, hasStarted, ...said }
}

const SPELLINGS = {
  samba: ['alice', 'CORP\\alice', 'alice.adams@kestrel.example', 'ALICE@corp.kestrel.example'],
  slapd: ['alice', 'ALICE', 'alice.adams@kestrel.example'],
}

describe('the demo with a directory', () => {
  for (const kind of ['samba', 'slapd'] as const) {
    test(`goes the way of everybody in ${kind} by itself`, needs(kind), async () => {
      const { code, out, err } = await demo(['--directory', kind, '--check'])
      assert.equal(code, 0, `${out}${err}`)
      const names = [...out.matchAll(/^ {3}as (\S+)$/gm)].map(([, name]) => name)
      assert.deepEqual(names, SPELLINGS[kind])
      assert.match(out, /=> one account: acc_\S+\n/)
      assert.match(out, /found, and refused: the account is disabled there\n/)
    })

    test(`says in a sentence what ${kind} needs where it is not installed`, async () => {
      const { code, err, hasStarted } = await demo(['--directory', kind], { PATH: '/nowhere' })
      assert.equal(code, 1)
      const packages = { samba: 'samba samba-ad-dc samba-ad-provision ldb-tools', slapd: 'slapd' }
      assert.match(err, new RegExp(`^[^\\n]*\`apt-get install .* ${packages[kind]}[^\\n]*\\.\\n$`))
      assert.equal(hasStarted, false)
    })
  }

  test('knows no other, and says which there are', async () => {
    for (const words of [['--directory', 'oracle'], ['--directory'], ['samba']]) {
      const { code, err, hasStarted } = await demo(words)
      assert.equal(code, 64, words.join(' '))
      assert.match(err, /--directory samba\|slapd/)
      assert.equal(hasStarted, false)
    }
  })
})
