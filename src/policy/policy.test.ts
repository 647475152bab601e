import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Instant, instantOf } from '../kernel/index.ts'
import { createPolicy } from './policy.ts'
import type { Circumstances } from './rules.ts'
import { NO_SETTINGS, type PersonSettings, type PolicySettings, type Rule } from './settings.ts'

/** A Tuesday. */
const NOON = instantOf(Date.UTC(2030, 0, 1, 12))
const HERE: Circumstances = {
  ...{ client: 'iam', directory: 'corp', groups: ['CN=Staff,DC=corp'], ip: '10.1.2.3', now: NOON },
}
const SETTINGS: PolicySettings = {
  ...{ enabled: true, factors: ['totp', 'email'], firstEnrolment: 'contact', language: 'en' },
  sendAtOnce: false,
  acr: [
    { value: 'mfa', factors: ['email', 'totp'], enrolledBy: null },
    { value: 'mfa-app', factors: ['totp'], enrolledBy: null },
  ],
  rules: [],
  ...{ trustHours: 12, trustBinding: 'device', trustSince: NOON },
}
const rule = (name: string, over: Partial<Rule> = {}): Rule => ({
  ...{ name, clients: null, directories: null, groups: null, networks: null, time: null },
  ...{ then: 'require', factors: null, acr: null, trustHours: null },
  ...over,
})
const policyOf = (over: Partial<PolicySettings>, timeZone = 'UTC') =>
  createPolicy({
    settings: { ...SETTINGS, ...over },
    ...{ delegatedAmr: new Map([['iam', ['swk']]]), timeZone, askable: ['totp', 'email'] },
  })

const useOf = (
  rules: readonly Rule[],
  here: Partial<Circumstances> = {},
  own: Partial<PersonSettings> = {},
) => policyOf({ rules }).effective({ ...HERE, ...here }, { ...NO_SETTINGS, ...own }).use

const holds = (conditions: Partial<Rule>, here: Partial<Circumstances> = {}, zone = 'UTC') =>
  policyOf({ rules: [rule('it', { ...conditions, then: 'exempt' })] }, zone).effective(
    { ...HERE, ...here },
    null,
  ).use === 'exempt'

describe('the effective policy', () => {
  test('is that of everybody where nothing else is said', () => {
    assert.deepEqual(policyOf({}).effective(HERE, null), {
      ...{ use: 'required', factors: ['totp', 'email'], acr: null, firstEnrolment: 'contact' },
      sendAtOnce: false,
      ...{ language: null, delegatedAmr: ['swk'] },
      ...{ trustHours: 12, trustBinding: 'device', trustSince: NOON },
    })
    assert.equal(policyOf({ enabled: false }).effective(HERE, null).use, 'exempt')
  })

  test('has the first rule that matches, and no other', () => {
    const rules = [
      rule('elsewhere', { clients: ['other'], then: 'deny' }),
      rule('first', { then: 'exempt' }),
      rule('second', { then: 'deny' }),
    ]
    assert.equal(useOf(rules), 'exempt')
    assert.equal(useOf(rules.toReversed()), 'denied')
  })

  test('asks by a rule also where nobody is asked otherwise', () => {
    const policy = policyOf({ enabled: false, rules: [rule('ask', { clients: ['iam'] })] })
    assert.equal(policy.effective(HERE, null).use, 'required')
    assert.equal(policy.effective({ ...HERE, client: 'other' }, null).use, 'exempt')
  })

  test('has a setting of the person’s own before the rules, but never before a denial', () => {
    const [ask, spare, deny] = [
      rule('a'),
      rule('s', { then: 'exempt' }),
      rule('d', { then: 'deny' }),
    ]
    assert.equal(useOf([ask], {}, { status: 'disabled' }), 'exempt')
    assert.equal(useOf([spare], {}, { status: 'enabled' }), 'required')
    for (const status of ['enabled', 'disabled'] as const)
      assert.equal(useOf([deny], {}, { status }), 'denied')
  })

  test('takes factors from the person, else from the rule, else from the policy', () => {
    const policy = policyOf({ rules: [rule('r', { clients: ['iam'], factors: ['email'] })] })
    const own: PersonSettings = { ...NO_SETTINGS, factors: ['totp'] }
    assert.deepEqual(policy.effective(HERE, own).factors, ['totp'])
    assert.deepEqual(policy.effective(HERE, null).factors, ['email'])
    assert.deepEqual(policy.effective({ ...HERE, client: 'x' }, null).factors, ['totp', 'email'])
  })

  test('takes trust hours from the person, else from the rule, else from the policy', () => {
    const rules = [rule('r', { clients: ['iam'], trustHours: 8 })]
    const policy = policyOf({ rules })
    const own: PersonSettings = { ...NO_SETTINGS, trustHours: 0 }
    const elsewhere = { ...HERE, client: 'x' }
    assert.equal(policy.effective(HERE, own).trustHours, 0)
    assert.deepEqual(policy.explain(HERE, own).trustHours, { from: 'person' })
    assert.equal(policy.effective(HERE, null).trustHours, 8)
    assert.deepEqual(policy.explain(HERE, null).trustHours, { from: 'rule', rule: 'r' })
    assert.equal(policy.effective(elsewhere, null).trustHours, 12)
    assert.deepEqual(policy.explain(elsewhere, null).trustHours, { from: 'policy' })
  })

  test('never offers what has no channel here', () => {
    const policy = policyOf({ factors: ['sms', 'email'] })
    assert.deepEqual(policy.effective(HERE, null).factors, ['email'])
    assert.deepEqual(policy.effective(HERE, { ...NO_SETTINGS, factors: ['sms'] }).factors, [])
  })

  test('keeps the rung of a rule, whatever factors are the person’s own', () => {
    const policy = policyOf({ rules: [rule('r', { acr: 'mfa-app' })] })
    assert.equal(policy.effective(HERE, { ...NO_SETTINGS, factors: ['email'] }).acr, 'mfa-app')
  })

  test('explains what it decides: each source is where the value is from', () => {
    const rules = [
      rule('abroad', { networks: ['192.0.2.0/24'], then: 'deny' }),
      rule('staff', { groups: ['cn=staff,dc=corp'], factors: ['email'] }),
      rule('never', { then: 'deny' }),
    ]
    const own: PersonSettings = { ...NO_SETTINGS, language: 'zh-CN' }
    assert.deepEqual(policyOf({ rules }).explain(HERE, own), {
      rules: [
        { name: 'abroad', then: 'deny', is: 'network' },
        { name: 'staff', then: 'require', is: 'holds' },
        { name: 'never', then: 'deny', is: 'not-asked' },
      ],
      ...{ use: { from: 'rule', rule: 'staff' }, factors: { from: 'rule', rule: 'staff' } },
      sendAtOnce: { from: 'policy' },
      ...{ language: { from: 'person' } },
      ...{ trustHours: { from: 'policy' }, trustBinding: { from: 'policy' } },
    })
    const denied = policyOf({ rules: rules.slice(2) }).explain(HERE, { ...own, status: 'disabled' })
    assert.deepEqual(denied.use, { from: 'rule', rule: 'never' })
  })

  test('says the same to who is asked and to who asks why, whatever the rules', () => {
    const some = fc.array(
      fc.record({
        then: fc.constantFrom<Rule['then']>('require', 'exempt', 'deny'),
        clients: fc.constantFrom(null, ['iam'], ['other']),
        networks: fc.constantFrom(null, ['10.0.0.0/8'], ['2001:db8::/32']),
        groups: fc.constantFrom(null, ['CN=Staff,DC=corp'], ['CN=None']),
      }),
    )
    const status = fc.constantFrom<PersonSettings['status']>('global', 'enabled', 'disabled')
    const same = fc.property(some, status, fc.boolean(), (conditions, status, enabled) => {
      const rules = conditions.map((one, n) => rule(`${n}`, one))
      const policy = policyOf({ rules, enabled })
      const own = { ...NO_SETTINGS, status }
      const { use } = policy.effective(HERE, own)
      const why = policy.explain(HERE, own)
      const held = why.rules.filter(({ is }) => is === 'holds')
      assert.ok(held.length <= 1)
      if (use === 'denied') assert.equal(held[0]?.then, 'deny')
      if (held[0]?.then === 'deny') assert.equal(use, 'denied')
      if (why.use.from === 'policy') assert.equal(use, enabled ? 'required' : 'exempt')
      if (why.use.from === 'person') assert.equal(use === 'required', status === 'enabled')
    })
    fc.assert(same, { seed: 1, numRuns: 500 })
  })
})

describe('a rule', () => {
  test('holds where every condition does', () => {
    const all = { clients: ['iam'], directories: ['corp'], networks: ['10.0.0.0/8'] }
    assert.ok(holds(all))
    for (const over of [{ client: 'x' }, { directory: 'x' }, { ip: '11.0.0.1' }])
      assert.ok(!holds(all, over))
  })

  test('knows a group by any spelling of its DN', () => {
    const groups = ['cn=On Call\\, Europe, OU=Groups ,dc=CORP']
    for (const spelling of [
      'CN=On Call\\, Europe,OU=Groups,DC=corp',
      'cn=on call\\, europe,ou=groups,dc=corp',
      ' CN = On Call\\, Europe , OU=groups, DC=Corp',
    ])
      assert.ok(holds({ groups }, { groups: [spelling] }), spelling)
    assert.ok(!holds({ groups }, { groups: ['CN=On Call,OU=Europe,OU=Groups,DC=corp'] }))
    assert.ok(!holds({ groups }, { groups: [] }))
  })

  test('takes nobody from nowhere for somebody in a network', () => {
    const networks = ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7']
    for (const ip of ['10.255.0.1', '2001:db8:1::1', '192.0.2.7', '2001:0DB8::9'])
      assert.ok(holds({ networks }, { ip }), ip)
    for (const ip of [null, '', 'unknown', '11.0.0.1', '2001:db9::1', '192.0.2.8', '10.0.0.1/8'])
      assert.ok(!holds({ networks }, { ip }), `${ip}`)
  })

  test('holds from its first minute to before its last, in the time of the installation', () => {
    const time = { days: ['tue'] as const, from: 9 * 60, to: 17 * 60 }
    const at = (hour: number, minute = 0): Instant => instantOf(Date.UTC(2030, 0, 1, hour, minute))
    for (const [hour, minute, is] of [
      [8, 59, false],
      [9, 0, true],
      [16, 59, true],
      [17, 0, false],
    ] as const)
      assert.equal(holds({ time }, { now: at(hour, minute) }), is, `${hour}:${minute}`)
    // Nine in Shanghai is one in the night here.
    assert.ok(holds({ time }, { now: at(1) }, 'Asia/Shanghai'))
    assert.ok(!holds({ time }, { now: at(9) }, 'Asia/Shanghai'))
  })

  test('goes on after midnight on the day that follows, and on no other', () => {
    const time = { days: ['mon'] as const, from: 22 * 60, to: 6 * 60 }
    const at = (day: number, hour: number) => instantOf(Date.UTC(2030, 0, day, hour))
    for (const [day, hour, is] of [
      [1, 5, true], // the morning of Tuesday belongs to Monday's night
      [1, 6, false],
      [1, 23, false],
      [7, 21, false],
      [7, 22, true],
      [7, 5, false], // that of Monday to Sunday's
    ] as const)
      assert.equal(holds({ time }, { now: at(day, hour) }), is, `${day} ${hour}`)
    const whole = { days: ['tue'] as const, from: 0, to: 0 }
    assert.ok(holds({ time: whole }) && !holds({ time: whole }, { now: at(2, 0) }))
  })
})
