import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createTemplates } from '../http/index.ts'
import { createMoments, createTranslator } from '../i18n/index.ts'
import { instantOf } from '../kernel/index.ts'
import { openAssets, TEMPLATES } from './assets.ts'
import { createPages } from './pages.ts'
import type { ChallengeView, Frame } from './views.ts'

const HOSTILE = '"><script>alert(1)</script>\u0001\u0002'
const templates = createTemplates({ folders: [TEMPLATES] })
const pages = createPages({
  templates,
  assets: openAssets({ folder: null, logo: null, brand: null, brandDark: null }),
  translate: createTranslator(),
  moments: createMoments('UTC'),
  setting: {
    base: '/2fa',
    org: 'Kestrel',
    support: { phone: '+86 571 5550 0100', email: null, url: null },
    privacyUrl: null,
  },
})
const form = { action: '/2fa/step-up/stp_1/answer', proof: 'proof' }
const frame: Frame = {
  ...{ locale: 'en', application: 'Payroll', username: 'li.wei', purpose: 'sign-in' },
  ...{ language: form, cancel: form, requestId: 'R1', now: instantOf(0) },
}
const view: ChallengeView = {
  ...{ factor: 'email', challenge: 'chl_1', answer: form, digits: 6, to: 'l•••i@kestrel.example' },
  also: { digits: null, periodSeconds: null },
  ...{ validMinutes: 5, periodSeconds: 30, attemptsLeft: 5, message: { says: 'none' }, others: [] },
  ...{ resend: { form, inSeconds: 27 }, ways: '/2fa/ways', leadsTo: 'signed-in' },
  ...{ mailFrom: null, signedInFrom: null, trust: null },
}

describe('the pages', () => {
  test('come from templates that all compile', () => {
    assert.deepEqual(templates.checkAll(), [])
  })

  test('carry no script, no style attribute and nothing from elsewhere', () => {
    const page = `${pages.challenge(frame, view)}`
    assert.doesNotMatch(page, /<script|\sstyle=|\son[a-z]+=|(?:src|href)="(?:https?:)?\/\//i)
    assert.match(page, /href="\/2fa\/assets\/style\.[\w-]{16}\.css"/)
  })

  test('print every name as text', () => {
    const hostile = { ...frame, application: HOSTILE, username: HOSTILE, requestId: HOSTILE }
    const all = [
      pages.challenge(hostile, { ...view, to: HOSTILE, mailFrom: HOSTILE, signedInFrom: HOSTILE }),
      pages.done(hostile, { url: `https://x/?${HOSTILE}`, how: 'proven' }),
      pages.expired(hostile, { resume: HOSTILE, openMinutes: 10 }),
    ]
    for (const page of all) assert.ok(!`${page}`.includes('<script'))
  })

  test('speak of no sign-in to whoever looks after their OTP apps', () => {
    const resume = '/2fa/resume'
    const whys = ['denied', 'attempts-spent', 'question-needed', 'essential-acr-unmet'] as const
    const ends = (of: Frame) => [
      pages.expired(of, { resume, openMinutes: 10 }),
      ...(['person', 'operator'] as const).map((by) => pages.cancelled(of, { resume, by })),
      ...whys.map((why) => pages.refused(of, { why, resume })),
    ]
    for (const [locale, signIn] of [
      ['en', /sign(?:ed)?[- ]in\b/],
      ['zh-CN', /登录/],
    ] as const) {
      const place = { ...frame, locale, language: null }
      const told = (purpose: Frame['purpose']) =>
        ends({ ...place, purpose }).map((page) => /<main[\s\S]*<\/main>/.exec(`${page}`)?.[0] ?? '')
      for (const page of told('enrol')) assert.doesNotMatch(page, signIn)
      assert.ok(told('sign-in').every((page) => page.length > 200))
      assert.match(told('sign-in').join(), signIn)
    }
  })

  test('say first in the title what went wrong, then where one is', () => {
    const message = { says: 'wrong', left: 1, then: { pauseMinutes: 15 } } as const
    const page = `${pages.challenge(frame, { ...view, message })}`
    assert.match(page, /<title>Error: one try left – Payroll – Kestrel<\/title>/)
    assert.match(page, /Then email pauses for 15 minutes\./)
    assert.match(page, /aria-invalid="true" aria-describedby="message code-hint"/)
  })

  test('take a code that is filled in, pasted or typed on a phone', () => {
    const input = /<input class="code[^>]*>/.exec(`${pages.challenge(frame, view)}`)?.[0] ?? ''
    assert.match(input, /inputmode="numeric" autocomplete="one-time-code"/)
    assert.match(input, / autofocus/)
    assert.doesNotMatch(input, /maxlength|pattern|value=/)
  })

  test('show when a code may be sent again, in steps that the style sheet knows', () => {
    assert.match(`${pages.challenge(frame, view)}`, /class="swap wait-30"/)
    const now = { ...view, resend: { form, inSeconds: 0 } }
    assert.doesNotMatch(`${pages.challenge(frame, now)}`, /wait-\d/)
  })

  test('send the place of a destination, never the destination', () => {
    const to = ['a•••@x.example', 'b•••@x.example']
    const page = `${pages.choose(frame, {
      ...{ choose: form, message: { says: 'none' }, signedInFrom: null },
      ways: [{ use: 'ask', factor: 'email', to, standing: 'open' }],
    })}`
    assert.deepEqual(
      [...page.matchAll(/name="to" value="([^"]*)"/g)].map(([, at]) => at),
      ['0', '1'],
    )
  })

  test('name no application where none is known', () => {
    const nobody = { ...frame, application: null, username: null, cancel: null }
    const page = `${pages.error(nobody, { says: 'not-found', resume: null, again: null })}`
    assert.match(page, /<title>There’s nothing here any more – Kestrel<\/title>/)
    assert.doesNotMatch(page, /aria-current/)
  })
})
