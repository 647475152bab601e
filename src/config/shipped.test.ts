import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { ok } from '../kernel/index.ts'
import { formatProblems, parseConfig } from './index.ts'

const FIELD_KEY = Buffer.alloc(32, 7).toString('base64')

describe('the configurations that come with the product', () => {
  for (const name of ['minimal', 'production', 'demo'])
    test(`load: ${name}`, () => {
      const yaml = readFileSync(new URL(`../../config/${name}.yaml`, import.meta.url), 'utf8')
      const parsed = parseConfig({
        yaml,
        file: `/srv/${name}.yaml`,
        env: { SALLYPORT_FIELD_KEY: FIELD_KEY, DEMO_CLIENT_SECRET: 'demo' },
        readFile: () => ok(Buffer.from(FIELD_KEY)),
      })
      assert.ok(parsed.ok, parsed.ok ? '' : formatProblems(parsed.error))
    })
})
