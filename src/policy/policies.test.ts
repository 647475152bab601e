import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createPolicies } from './policies.ts'
import type { AppliedPolicy } from './policy-store.ts'
import type { PolicySettings } from './settings.ts'

const FIRST: PolicySettings = {
  ...{ enabled: true, factors: ['totp'], firstEnrolment: 'open', language: 'en', rules: [] },
  ...{ trustHours: 0, trustBinding: 'ip+device', trustSince: null, sendAtOnce: false },
  acr: [{ value: 'mfa', factors: ['totp', 'email'], enrolledBy: null }],
}

function bench() {
  let current: AppliedPolicy = { version: 0, settings: null, appliedAt: null }
  let asked = 0
  const policies = createPolicies({
    store: {
      current: async () => {
        asked++
        return current
      },
    },
    ...{ first: FIRST, delegatedAmr: new Map(), timeZone: 'UTC', askable: ['totp', 'email'] },
  })
  return {
    policies,
    asked: () => asked,
    apply(version: number, settings: PolicySettings | null) {
      current = { version, settings, appliedAt: null }
    },
  }
}

describe('the policy in force', () => {
  test('is that of the configuration, until one is applied', async () => {
    const { policies, asked } = bench()
    assert.equal(await policies.at(0), policies.latest())
    assert.equal(asked(), 0)
    assert.equal(policies.latest().language, 'en')
  })

  test('is asked for once for each change, however many need it', async () => {
    const { policies, asked, apply } = bench()
    apply(1, { ...FIRST, language: 'zh-CN' })
    const all = await Promise.all(Array.from({ length: 20 }, () => policies.at(1)))
    assert.equal(new Set(all).size, 1)
    assert.equal(all[0]?.language, 'zh-CN')
    assert.equal(asked(), 1)
    await policies.at(1)
    assert.equal(asked(), 1)
    apply(2, null)
    assert.equal((await policies.at(2)).language, 'en')
  })

  test('is never an older one than somebody has seen', async () => {
    const { policies, apply } = bench()
    apply(3, { ...FIRST, language: 'zh-CN' })
    assert.equal((await policies.at(2)).language, 'zh-CN')
    assert.equal((await policies.at(1)).language, 'zh-CN')
  })

  test('goes back with a store that was put back', async () => {
    const { policies, apply } = bench()
    apply(7, { ...FIRST, language: 'zh-CN' })
    await policies.at(7)
    apply(5, FIRST)
    assert.equal((await policies.at(5)).language, 'en')
    apply(7, FIRST)
    assert.equal((await policies.at(7)).language, 'en')
  })

  test('is asked for again where it could not be had', async () => {
    let isDown = true
    const policies = createPolicies({
      store: {
        current: async () => {
          if (isDown) throw new Error('down')
          return { version: 1, settings: null, appliedAt: null }
        },
      },
      ...{ first: FIRST, delegatedAmr: new Map(), timeZone: 'UTC', askable: ['totp'] },
    })
    await assert.rejects(policies.at(1), /down/)
    isDown = false
    assert.equal((await policies.at(1)).language, 'en')
  })
})
