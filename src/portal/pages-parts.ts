import { type Html, html, type Templates } from '../http/index.ts'
import type { T } from '../i18n/index.ts'
import { ICONS } from './icons.ts'
import { deskOf, type Support, telOf } from './pages-frame.ts'
import { phrase, strong } from './phrase.ts'
import { type ChallengeView, type Form, isHanded, type Way } from './views.ts'

/** The parts that several pages are put together from. */
export type Parts = ReturnType<typeof createParts>

export type Notice = {
  readonly id: 'message' | 'from' | 'tries'
  readonly tone: 'danger' | 'warn' | 'ok'
  readonly title: string
  readonly hint: string | null
}

type Chevron = Html | null
export type Row =
  | {
      readonly row: 'link'
      readonly href: string
      readonly icon: Html
      readonly title: string
      readonly hint: string | null
      readonly chevron: Chevron
    }
  | {
      readonly row: 'open'
      readonly icon: Html
      readonly title: string
      readonly hint: string | null
      readonly tips: readonly Html[]
      readonly chevron: Chevron
    }
  | {
      readonly row: 'again'
      readonly form: Form
      readonly challenge: string
      readonly icon: Html
      readonly title: string
      readonly hint: string
      /** Seconds in steps of five, as the style sheet knows them; null when it may be sent now. */
      readonly wait: number | null
      readonly spoken: string
      readonly before: string
      readonly after: string
    }

type Choice = {
  readonly isOpen: boolean
  readonly isFirst: boolean
  readonly factor: string
  /** Which of several destinations, by its place. */
  readonly place: number | null
  readonly icon: Html
  readonly title: string
  readonly hint: string
}

const WAIT_STEP = 5
const WAIT_MAX = 120
const TONE_ICONS = { danger: ICONS.alert, warn: ICONS.warn, ok: ICONS.ok } as const

export function createParts(templates: Templates, t: T) {
  return {
    notice: ({ id, tone, title, hint }: Notice): Html =>
      templates.render('message', {
        ...{ id, tone, title, hint, icon: TONE_ICONS[tone] },
        role: id === 'message' ? (tone === 'ok' ? 'status' : 'alert') : null,
      }),

    choices: (form: Form, ways: readonly Way[]): Html =>
      templates.render('choices', { form, choices: ways.flatMap(choicesOf), chevron: ICONS.right }),

    field: (view: {
      readonly label: string
      readonly hint: string
      readonly digits: number
      readonly isWrong: boolean
      readonly isFocused: boolean
      readonly isHeading: boolean
      readonly describedBy: readonly string[]
    }): Html =>
      templates.render('field', {
        ...view,
        describedBy: [...view.describedBy, 'code-hint'].join(' '),
      }),

    /** For a code of letters and digits. */
    letters: (view: {
      readonly label: string
      readonly hint: string
      readonly isWrong: boolean
      readonly describedBy: readonly string[]
    }): Html =>
      templates.render('letters', {
        ...view,
        describedBy: [...view.describedBy, 'code-hint'].join(' '),
      }),

    /** What an app is called. */
    nameField: (view: {
      readonly value: string
      readonly isWrong: boolean
      readonly isNeeded: boolean
    }): Html =>
      templates.render('name', {
        ...view,
        label: t(view.isNeeded ? 'app.name' : 'app.name.optional'),
        hint: t('app.name.hint'),
        describedBy: view.isWrong ? 'message name-hint' : 'name-hint',
      }),

    rows: (rows: readonly Row[]): Html =>
      rows.length === 0 ? html`` : templates.render('rows', { rows }),

    /** The word of the choice that a person could make instead. */
    names: (ways: readonly Way[]): string => {
      const names = ways.filter(({ standing }) => standing === 'open').map(nameOf)
      const [first = '', ...rest] = [...new Set(names)].join(t('name.join'))
      return first.toUpperCase() + rest.join('')
    },

    waysRow: (href: string, title: string, names: string): Row => {
      return { row: 'link', href, title, hint: names, icon: ICONS.ways, chevron: ICONS.right }
    },

    againRow: ({ resend, challenge, factor, message }: ChallengeView): readonly Row[] => {
      if (resend === null || factor === 'totp' || isHanded(factor)) return []
      const { form, inSeconds } = resend
      const steps = Math.ceil(inSeconds / WAIT_STEP) * WAIT_STEP
      const wait = inSeconds > 0 ? Math.min(WAIT_MAX, steps) : null
      const [before = '', after = ''] = t('resend.wait', { count: PLACE }).split(String(PLACE))
      return [
        {
          ...{ row: 'again', form, challenge, wait, before, after, icon: ICONS.again },
          title: t('resend.title'),
          hint: message.says === 'old' ? t('resend.hint.new') : t(`resend.hint.${factor}`),
          spoken: t('resend.wait.spoken'),
        },
      ]
    },

    contactRows: ({ phone, email, url }: Support): readonly Row[] => [
      ...contact(phone && telOf(phone), ICONS.phone, t('call.title'), phone),
      ...contact(email && `mailto:${email}`, ICONS.email, t('write.title'), email),
      ...contact(url, ICONS.link, t('visit.title'), null),
    ],

    /** Where the desk is reached, below words that say why one would. */
    deskRow: (support: Support, requestId: string, why: 'none' | 'help'): readonly Row[] => {
      const { phone, email, url } = support
      if (deskOf(support) === null) return []
      const links = [
        phone && html`<a class="link" href="${telOf(phone)}">${phone}</a>`,
        email && html`<a class="link" href="mailto:${email}">${email}</a>`,
        url && html`<a class="link" href="${url}">${t('visit.title')}</a>`,
      ]
      const tips = [
        html`${t(`${why}.body`)}`,
        ...links.flatMap((link) => (link ? [link] : [])),
        ...(why === 'none'
          ? [html`${t('frame.request')} <span class="mono">${requestId}</span>`]
          : []),
      ]
      return [
        {
          ...{ row: 'open', tips, icon: ICONS.help, chevron: ICONS.down },
          title: t(`${why}.title`),
          hint: t(`${why}.hint`),
        },
      ]
    },

    tipsRow: (title: string, tips: readonly Html[]): Row => ({
      ...{ row: 'open', title, tips, hint: null, icon: ICONS.help, chevron: ICONS.down },
    }),
  }

  function choicesOf(way: Way, place: number): readonly Choice[] {
    const isOpen = way.standing === 'open'
    const common = { isOpen, factor: way.use === 'enrol' ? 'enrol-totp' : way.factor }
    const icon = ICONS[way.use === 'enrol' ? 'enrol' : way.factor]
    const title =
      way.use === 'enrol'
        ? t('way.enrol')
        : t(isHanded(way.factor) ? 'way.bypass-code' : `way.${way.factor}`)
    if (way.to.length === 0 || !isOpen) {
      const hint = isOpen ? hintOf(way) : t('way.down')
      return [{ ...common, icon, title, hint, place: null, isFirst: place === 0 }]
    }
    return way.to.map((to, at) => ({
      ...{ ...common, icon, title, place: at, isFirst: place === 0 && at === 0 },
      hint: way.use === 'enrol' ? t('way.enrol.first', { to }) : t('way.to', { to }),
    }))
  }

  function hintOf(way: Way): string {
    if (way.use === 'enrol')
      return way.first === 'bind-code' ? t('way.enrol.code') : t('way.enrol.hint')
    if (isHanded(way.factor)) return t('way.bypass-code.hint')
    return way.factor === 'dingtalk' ? t('way.dingtalk.hint') : t('way.totp.hint')
  }

  function nameOf(way: Way): string {
    if (way.use === 'enrol') return t('name.enrol')
    return t(isHanded(way.factor) ? 'name.bypass-code' : `name.${way.factor}`)
  }

  function contact(
    href: string | null,
    icon: Html,
    title: string,
    hint: string | null,
  ): readonly Row[] {
    return href === null ? [] : [{ row: 'link', href, icon, title, hint, chevron: ICONS.right }]
  }
}

/** Stands where the style sheet counts the seconds down. */
const PLACE = 987_654

/** What to look at when nothing came, or when nothing fits. */
export function tipsOf(
  t: T,
  org: string,
  { factor, to, mailFrom }: ChallengeView,
): readonly Html[] {
  const known = strong(to ?? '')
  switch (factor) {
    case 'totp':
      return [html`${t('tips.totp.1')}`, html`${t('tips.totp.2', { org })}`]
    case 'email':
      return [
        ...(mailFrom === null ? [] : [phrase(t('tips.email.1', { from: strong(mailFrom) }))]),
        html`${t('tips.email.2')}`,
        html`${t('tips.email.3')}`,
      ]
    case 'sms':
      return [phrase(t('tips.sms.1', { to: known })), html`${t('tips.sms.2')}`]
    case 'bind-code':
    case 'bypass-code':
      return [html`${t('tips.handed.1')}`, html`${t('tips.handed.2')}`]
    case 'dingtalk':
      return [html`${t('tips.dingtalk.1')}`, html`${t('tips.dingtalk.2', { org })}`]
  }
}
