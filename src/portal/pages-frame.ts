import type { Html, Templates } from '../http/index.ts'
import type { Moments, T, Translate } from '../i18n/index.ts'
import { LOCALES } from '../kernel/index.ts'
import type { Assets } from './assets.ts'
import { ICONS } from './icons.ts'
import { phrase, strong, unmarked } from './phrase.ts'
import { type Asking, type Frame, isHanded } from './views.ts'

export type Support = {
  readonly phone: string | null
  readonly email: string | null
  readonly url: string | null
}

export type PagesSetting = {
  /** The path of the issuer: empty, or `/path`. */
  readonly base: string
  readonly org: string
  readonly support: Support
  readonly privacyUrl: string | null
}

export type PagesDeps = {
  readonly templates: Templates
  readonly translate: Translate
  readonly moments: Moments
  readonly assets: Assets
  readonly setting: PagesSetting
}

/** Where on the way the page stands. */
export type Stage =
  | { readonly at: 'choose' | 'stopped' | 'done' | 'manage' }
  | { readonly at: 'code'; readonly by: Asking }
  | { readonly at: 'first'; readonly by: Asking }
  | { readonly at: 'enrol'; readonly provenBy: Asking | null }

export type Sheet = {
  readonly stage: Stage
  readonly heading: string
  /** Said first in the title when something went wrong. */
  readonly error?: string | undefined
  readonly refresh?: string
  readonly body: Html
}

type Step = { readonly name: string; readonly hint: string; readonly state: StepState }
type StepState = 'done' | 'now' | 'stopped' | 'todo'

/** What stands around every page: who asks, where one is, and the ways out. */
export function frameWith(deps: PagesDeps, frame: Frame, sheet: Sheet): Html {
  const { templates, translate, assets, setting } = deps
  const { base, org, privacyUrl } = setting
  const t = translate(frame.locale)
  const { application: app, username, purpose } = frame
  const state = sheet.error === undefined ? sheet.heading : t('frame.error', { state: sheet.error })

  return templates.render('layout', {
    lang: frame.locale,
    title: [unmarked(state), ...(app === null ? [] : [app]), org].join(' – '),
    refresh: sheet.refresh ?? null,
    style: base + assets.style,
    theme: base + assets.theme,
    logo: assets.logo === null ? null : base + assets.logo,
    org,
    languages: languagesOf(translate, frame),
    asking: app === null ? null : askingOf(t, { app, username, purpose, org, stage: sheet.stage }),
    cancel:
      frame.cancel === null
        ? null
        : { ...frame.cancel, word: t('frame.cancel'), rest: t(`frame.cancel.${purpose}`) },
    body: sheet.body,
    icons: ICONS,
    secured: t('frame.secured'),
    links: [
      ...linkTo(deskOf(setting.support), t('frame.desk')),
      ...linkTo(privacyUrl, t('frame.privacy')),
    ],
  })
}

export function deskOf({ url, email, phone }: Support): string | null {
  if (url !== null) return url
  if (email !== null) return `mailto:${email}`
  return phone === null ? null : telOf(phone)
}

export const telOf = (phone: string): string => `tel:${phone.replace(/[^0-9+]/g, '')}`

const linkTo = (href: string | null, text: string) => (href === null ? [] : [{ href, text }])

/** The others, each named in itself, so that who needs it can read it. */
function languagesOf(translate: Translate, { locale, language }: Frame) {
  if (language === null) return []
  const others = LOCALES.filter((known) => known !== locale)
  return others.map((other) => ({
    ...{ ...language, locale: other, name: translate(other)('language.name') },
  }))
}

type Asker = Pick<Frame, 'username' | 'purpose'> & { app: string; org: string; stage: Stage }

function askingOf(t: T, { app, username, purpose, org, stage }: Asker) {
  return {
    letter: [...app.trim()].slice(0, 1).join('').toUpperCase(),
    app: phrase(t(`frame.at.${purpose}`, { app: strong(app) })),
    user: username === null ? null : phrase(t('frame.as', { user: strong(username) })),
    pathLabel: t('frame.path'),
    path: [
      { name: t('path.password'), hint: t('path.password.hint', { org }), state: 'done' },
      ...between(t, stage),
      { name: app, hint: t('path.app.hint'), state: stage.at === 'done' ? 'now' : 'todo' },
    ] satisfies readonly Step[],
  }
}

function between(t: T, stage: Stage): readonly Step[] {
  const confirm = (hint: string, state: StepState): Step => ({
    name: t('path.confirm'),
    hint,
    state,
  })
  const enrol = (state: StepState): Step => ({
    name: t('path.enrol'),
    hint: t('path.enrol.hint'),
    state,
  })
  switch (stage.at) {
    case 'choose':
      return [confirm(t('path.confirm.choose'), 'now')]
    case 'stopped':
      return [confirm(t('path.confirm.stopped'), 'stopped')]
    case 'done':
      return [confirm(t('path.confirm.done'), 'done')]
    case 'manage':
      return [
        confirm(t('path.confirm.done'), 'done'),
        { name: t('path.manage'), hint: t('path.manage.hint'), state: 'now' },
      ]
    case 'code':
      return [confirm(t(`path.confirm.${isHanded(stage.by) ? 'bypass-code' : stage.by}`), 'now')]
    case 'first':
      return [
        { name: firstName(t, stage.by), hint: t('path.first.now'), state: 'now' },
        enrol('todo'),
      ]
    case 'enrol': {
      const { provenBy } = stage
      if (provenBy === null) return [enrol('now')]
      return [
        { name: firstName(t, provenBy), hint: t('path.first.done'), state: 'done' },
        enrol('now'),
      ]
    }
  }
}

const firstName = (t: T, by: Asking): string =>
  by === 'totp' || by === 'bypass-code' ? t('path.confirm') : t(`path.first.${by}`)
