import type { Html } from '../../src/http/index.ts'
import { instantOf, type Locale } from '../../src/kernel/index.ts'
import type { Pages } from '../../src/portal/pages.ts'
import type {
  ChallengeView,
  EnrolView,
  ErrorView,
  Frame,
  ManageView,
  Message,
  OneAppView,
  OwnApp,
  Way,
} from '../../src/portal/views.ts'

const form = (action: string) => ({ action: `/step-up/stp_1/${action}`, proof: 'proof' })
const NONE: Message = { says: 'none' }

const totp: Way = { use: 'ask', factor: 'totp', to: [], standing: 'open' }
const email: Way = { use: 'ask', factor: 'email', to: ['l•••i@kestrel.example'], standing: 'open' }
const sms: Way = { use: 'ask', factor: 'sms', to: ['+86 •••5678'], standing: 'open' }
const dingtalk: Way = { use: 'ask', factor: 'dingtalk', to: [], standing: 'open' }
const enrol: Way = {
  ...({ use: 'enrol', factor: 'totp', first: 'email', standing: 'open' } as const),
  to: ['l•••i@kestrel.example'],
}
const bind: Way = { ...enrol, first: 'bind-code', to: [] }
const bypass: Way = { use: 'ask', factor: 'bypass-code', to: [], standing: 'open' }

const emailed: ChallengeView = {
  trust: null,
  factor: 'email',
  challenge: 'chl_1',
  answer: form('answer'),
  digits: 6,
  to: 'l•••i@kestrel.example',
  validMinutes: 5,
  periodSeconds: 30,
  also: { digits: null, periodSeconds: null },
  attemptsLeft: 5,
  message: NONE,
  resend: { form: form('resend'), inSeconds: 0 },
  others: [totp, sms, dingtalk],
  ways: '/step-up/stp_1/ways',
  leadsTo: 'signed-in',
  mailFrom: 'no-reply@kestrel.example',
  signedInFrom: null,
}

const app: ChallengeView = { ...emailed, factor: 'totp', to: null, resend: null, others: [email] }

const enrolling: EnrolView = {
  trust: null,
  enrolment: 'enr_1',
  confirm: form('confirm'),
  digits: 6,
  key: 'M5VQ7T2KXR4HJ6ZNBW3EOY2LPC5DUGSA',
  uri: 'otpauth://totp/Kestrel:li.wei%40kestrel.example?secret=M5VQ7T2KXR4HJ6ZNBW3EOY2LPC5DUGSA&issuer=Kestrel',
  account: 'li.wei@kestrel.example',
  provenBy: 'email',
  ...{ back: null, written: null },
  message: NONE,
  others: [email],
  ways: '/step-up/stp_1/ways',
}

const adding: EnrolView = { ...enrolling, others: [], back: form('back') }

const phone: OwnApp = {
  ...{ enrolment: 'enr_1', name: 'Work phone', place: 1 },
  at: instantOf(Date.UTC(2026, 2, 3)),
  usedAt: instantOf(Date.UTC(2026, 10, 25)),
  rename: '/step-up/stp_1/apps/enr_1/rename',
  remove: '/step-up/stp_1/apps/enr_1/remove',
}
const tablet: OwnApp = { ...phone, name: '家里的平板', place: 2, usedAt: null }
const unnamed: OwnApp = { ...phone, name: null, place: 3 }
const longest: OwnApp = { ...phone, name: 'W'.repeat(40), place: 4 }
const odd: OwnApp = { ...phone, name: '<b>"‏שלום"</b> & 👩‍💻', place: 5 }

const managing: ManageView = {
  ...{ apps: [phone, tablet, unnamed], message: NONE },
  ...{ add: form('add'), done: form('done') },
}
const one: OneAppView = {
  ...{ app: phone, form: form('rename'), written: null, message: NONE },
  back: '/step-up/stp_1',
}

export function frameIn(locale: Locale): Frame {
  return {
    locale,
    application: locale === 'en' ? 'Payroll' : '薪酬系统',
    username: 'li.wei@kestrel.example',
    purpose: 'sign-in',
    language: form('language'),
    cancel: form('cancel'),
    requestId: '7F3K-92QD',
    now: instantOf(Date.UTC(2026, 10, 25, 6, 2)),
  }
}

/** Every page and what it says of every move. */
export function statesOf(pages: Pages, frame: Frame): Readonly<Record<string, Html>> {
  const own: Frame = { ...frame, purpose: 'enrol' }
  const over: Frame = { ...frame, cancel: null, language: null }
  const ownOver: Frame = { ...own, cancel: null, language: null }
  const nobody: Frame = { ...over, application: null, username: null }
  const resume = '/step-up/stp_1/resume'
  const asked = (message: Message, rest: Partial<ChallengeView> = {}) =>
    pages.challenge(frame, { ...emailed, ...rest, message })
  const texted = (message: Message, rest: Partial<ChallengeView> = {}) =>
    asked(message, { ...{ factor: 'sms', to: '+86 •••5678', others: [totp, email] }, ...rest })
  const handed = (factor: 'bind-code' | 'bypass-code', message: Message) =>
    pages.challenge(frame, {
      ...{ ...app, factor, message, others: factor === 'bind-code' ? [] : [totp, email] },
      leadsTo: factor === 'bind-code' ? 'enrol' : 'signed-in',
    })
  const failed = (says: ErrorView['says'], again: string | null = null) =>
    pages.error(nobody, { says, resume: null, again })
  const choice = { choose: form('choose'), message: NONE, signedInFrom: null }
  const smsDown: Way = { use: 'ask', factor: 'sms', to: ['+86 •••5678'], standing: 'down' }
  const to = ['l•••i@kestrel.example', 'w•••l@mail.example']
  const two: Way = { use: 'ask', factor: 'email', to, standing: 'open' }

  return {
    choose: pages.choose(frame, { ...choice, ways: [totp, email, smsDown, dingtalk] }),
    'choose-enrol': pages.choose(frame, { ...choice, ways: [enrol, two] }),
    'choose-spent': pages.choose(frame, {
      ...{ ...choice, ways: [totp, email], message: { says: 'spent' } },
    }),
    email: asked(NONE),
    'email-8': asked(NONE, { digits: 8 }),
    'email-wrong': asked({ says: 'wrong', left: 3, then: 'new-code' }, { attemptsLeft: 3 }),
    'email-last': asked({ says: 'wrong', left: 1, then: { pauseMinutes: 15 } }),
    'email-format': asked({ says: 'format' }),
    'email-old': asked({ says: 'old' }),
    'email-sent': asked(
      { says: 'sent-again' },
      { resend: { form: form('resend'), inSeconds: 27 } },
    ),
    'email-replaced': asked({ says: 'code-replaced' }),
    'email-failed': asked({ says: 'send-failed' }),
    'email-soon': asked(
      { says: 'too-soon', seconds: 48 },
      { resend: { form: form('resend'), inSeconds: 48 } },
    ),
    'email-stale': asked({ says: 'stale' }),
    'email-elsewhere': asked(NONE, { signedInFrom: '203.0.113.24' }),
    'email-first': asked(NONE, { leadsTo: 'enrol', others: [email] }),
    sms: texted(NONE),
    'sms-last': texted({ says: 'wrong', left: 1, then: { pauseMinutes: 15 } }),
    'sms-sent': texted({ says: 'sent-again' }, { resend: { form: form('resend'), inSeconds: 27 } }),
    'sms-failed': texted({ says: 'send-failed' }),
    'sms-first': texted(NONE, { leadsTo: 'enrol', others: [] }),
    'totp-trust': pages.challenge(frame, {
      ...app,
      trust: { by: 'box', hours: 168, isTicked: false },
    }),
    'totp-network': pages.challenge(frame, { ...app, trust: { by: 'network', hours: 8 } }),
    totp: pages.challenge(frame, app),
    'totp-last': pages.challenge(frame, {
      ...{ ...app, others: [], message: { says: 'wrong', left: 1, then: 'new-code' } },
    }),
    'choose-bind': pages.choose(frame, { ...choice, ways: [bind, email, bypass] }),
    'bind-code': handed('bind-code', NONE),
    'bind-code-wrong': handed('bind-code', { says: 'wrong', left: 4, then: 'new-code' }),
    'bind-code-format': handed('bind-code', { says: 'format' }),
    'bypass-code': handed('bypass-code', NONE),
    'bypass-code-wrong': handed('bypass-code', { says: 'wrong', left: 1, then: 'new-code' }),
    'bind-code-locked': pages.blocked(frame, {
      why: { block: 'factor-locked', factor: 'bind-code', until: { minutes: 15 } },
      ...{ ways: [], choose: null, retry: form('retry') },
    }),
    'bypass-code-hard': pages.blocked(frame, {
      why: { block: 'factor-locked', factor: 'bypass-code', until: 'operator' },
      ...{ ways: [email], choose: form('choose'), retry: null },
    }),
    'enrol-bound': pages.enrol(frame, { ...enrolling, provenBy: 'bind-code', others: [] }),
    enrol: pages.enrol(frame, enrolling),
    'enrol-network': pages.enrol(frame, { ...enrolling, trust: { by: 'network', hours: 8 } }),
    'enrol-wrong': pages.enrol(frame, {
      ...{ ...enrolling, provenBy: null, others: [] },
      message: { says: 'wrong', left: 4, then: 'new-code' },
    }),
    'totp-mixed': pages.challenge(frame, {
      ...{ ...app, digits: 8, periodSeconds: 60, also: { digits: 6, periodSeconds: 30 } },
      message: { says: 'format' },
    }),
    'enrol-another': pages.enrol(own, adding),
    'enrol-another-name': pages.enrol(own, {
      ...{ ...adding, written: 'Work phone with a name that is far too long to be one' },
      message: { says: 'name-refused' },
    }),
    manage: pages.manage(own, managing),
    'manage-one': pages.manage(own, { ...managing, apps: [phone] }),
    'manage-none': pages.manage(own, { ...managing, apps: [] }),
    'manage-full': pages.manage(own, {
      ...{ ...managing, apps: [phone, tablet, unnamed, longest, odd], add: null },
      message: { says: 'apps-full' },
    }),
    'manage-stale': pages.manage(own, { ...managing, message: { says: 'stale' } }),
    rename: pages.renameApp(own, one),
    'rename-refused': pages.renameApp(own, {
      ...{ ...one, written: 'a'.repeat(41), message: { says: 'name-refused' } },
    }),
    remove: pages.removeApp(own, { ...one, app: longest, form: form('remove') }),
    'remove-last': pages.removeApp(own, { ...one, message: { says: 'last-way' } }),
    locked: pages.blocked(frame, {
      why: { block: 'factor-locked', factor: 'email', until: { minutes: 15 } },
      ...{ ways: [totp, dingtalk], choose: form('choose'), retry: null },
    }),
    hard: pages.blocked(frame, {
      why: { block: 'factor-locked', factor: 'totp', until: 'operator' },
      ...{ ways: [], choose: null, retry: form('retry') },
    }),
    'no-contact': pages.blocked(frame, {
      ...{ why: { block: 'no-contact' }, ways: [], choose: null, retry: form('retry') },
    }),
    'channel-down': pages.blocked(frame, {
      ...{ why: { block: 'channel-down' }, ways: [totp] },
      ...{ choose: form('choose'), retry: form('retry') },
    }),
    'refused-denied': pages.refused(over, { why: 'denied', resume }),
    'refused-spent': pages.refused(over, { why: 'attempts-spent', resume }),
    'refused-stronger': pages.refused(over, { why: 'essential-acr-unmet', resume }),
    cancelled: pages.cancelled(over, { resume, by: 'person' }),
    'cancelled-own': pages.cancelled(ownOver, { resume, by: 'person' }),
    'closed-by-desk': pages.cancelled(over, { resume, by: 'operator' }),
    expired: pages.expired(over, { resume, openMinutes: 10 }),
    'refused-denied-own': pages.refused(ownOver, { why: 'denied', resume }),
    'refused-spent-own': pages.refused(ownOver, { why: 'attempts-spent', resume }),
    'refused-stronger-own': pages.refused(ownOver, { why: 'essential-acr-unmet', resume }),
    'closed-by-desk-own': pages.cancelled(ownOver, { resume, by: 'operator' }),
    'expired-own': pages.expired(ownOver, { resume, openMinutes: 10 }),
    done: pages.done(over, { url: '/over?code=1&state=2', how: 'proven' }),
    'done-ended': pages.done(over, { url: '/over', how: 'ended' }),
    error: failed('our-mistake', ''),
    'error-later': failed('try-again-later', ''),
    'directory-down': pages.error(over, { says: 'try-again-later', resume, again: '' }),
    'error-quicker': failed('try-again', '../stp_1'),
    'error-gone': failed('not-found'),
    'error-browser': failed('other-browser'),
    'error-elsewhere': failed('finished-elsewhere'),
  }
}
