import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { rootCertificates } from 'node:tls'
import { ok } from '../kernel/index.ts'
import { formatProblems, parseConfig } from './index.ts'

const FIELD_KEY = Buffer.alloc(32, 7).toString('base64')
const [CERTIFICATE = ''] = rootCertificates

describe('the configurations that come with the product', () => {
  const names = readdirSync(new URL('../../config/', import.meta.url))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.replace('.yaml', ''))
  for (const name of names)
    test(`load: ${name}`, () => {
      const yaml = readFileSync(new URL(`../../config/${name}.yaml`, import.meta.url), 'utf8')
      const parsed = parseConfig({
        yaml,
        file: `/srv/${name}.yaml`,
        env: { SALLYPORT_FIELD_KEY: FIELD_KEY, DEMO_CLIENT_SECRET: 'd'.repeat(16) },
        readFile: (path) => ok(Buffer.from(path.endsWith('.pem') ? CERTIFICATE : FIELD_KEY)),
      })
      assert.ok(parsed.ok, parsed.ok ? '' : formatProblems(parsed.error))
    })

  test('need no file that the README does not say how to make: minimal', () => {
    const textOf = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
    const needed: string[] = []
    const readFile = (path: string) => {
      needed.push(path.replace('/srv/', ''))
      return ok(Buffer.from(FIELD_KEY))
    }
    const yaml = textOf('config/minimal.yaml')
    assert.ok(parseConfig({ yaml, file: '/srv/minimal.yaml', env: {}, readFile }).ok)
    assert.deepEqual(needed, ['field-key', 'smtp-password'])
    const readme = textOf('README.md')
    for (const file of needed) assert.ok(readme.includes(`\`${file}\``), file)
  })
})
