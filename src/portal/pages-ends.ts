import type { Html } from '../http/index.ts'
import type { T } from '../i18n/index.ts'
import { ICONS, type Icon } from './icons.ts'
import { frameWith, type PagesDeps, type Stage } from './pages-frame.ts'
import { createParts, type Row } from './pages-parts.ts'
import { phrase } from './phrase.ts'
import type {
  BlockedView,
  CancelledView,
  DoneView,
  ErrorView,
  ExpiredView,
  Form,
  Frame,
  RefusedView,
  Way,
} from './views.ts'

type Link = { readonly href: string; readonly word: string }

type End = {
  readonly icon: Icon
  readonly tone: 'ok' | 'warn' | 'danger' | 'calm'
  readonly stage: Stage['at'] & ('choose' | 'stopped' | 'done')
  readonly title: string
  readonly hint: string
  /** The one button, as a link. */
  readonly go?: Link | null
  /** Where else one may go. */
  readonly other?: Link | null
  readonly retry?: Form | null
  readonly refresh?: string
  readonly ways?: { readonly form: Form; readonly ways: readonly Way[] } | null
  readonly asksWhose?: true
  /** How the desk is reached, in full rows, with the number to quote. */
  readonly help: 'contacts' | 'row' | 'none'
}

/** The pages on which a step-up stands still or is over. */
export function endPages(deps: PagesDeps) {
  const { templates, translate, moments, setting } = deps
  const { org, support } = setting

  return {
    blocked(frame: Frame, view: BlockedView): Html {
      const t = translate(frame.locale)
      const open = view.ways.filter(({ standing }) => standing === 'open')
      const ways =
        view.choose === null || open.length === 0 ? null : { form: view.choose, ways: view.ways }
      return end(frame, { ...blockWords(t, view.why, ways !== null), ways, retry: view.retry })
    },

    refused(frame: Frame, { why, resume }: RefusedView): Html {
      const t = translate(frame.locale)
      const app = appOf(frame)
      const isMuch = why === 'attempts-spent'
      return end(frame, {
        ...{ icon: isMuch ? 'lock' : 'alert', tone: isMuch ? 'warn' : 'danger', stage: 'stopped' },
        title: refusedTitle(t, why, frame, app),
        hint: refusedHint(t, why, frame, app),
        go: { href: resume, word: t('back', { app }) },
        ...(isMuch ? { asksWhose: true } : {}),
        help: 'contacts',
      })
    },

    cancelled(frame: Frame, { resume, by }: CancelledView): Html {
      const t = translate(frame.locale)
      const app = appOf(frame)
      if (by === 'operator')
        return end(frame, {
          ...{ icon: 'alert', tone: 'calm', stage: 'stopped', help: 'row' },
          title: t(`ended-by-desk.title.${frame.purpose}`),
          hint: t(`ended-by-desk.hint.${frame.purpose}`, { app }),
          go: { href: resume, word: t(`again.${frame.purpose}`, { app }) },
        })
      return end(frame, {
        ...{ icon: 'close', tone: 'calm', stage: 'stopped', help: 'none' },
        title: t(`cancelled.title.${frame.purpose}`),
        hint: t(`cancelled.hint.${frame.purpose}`),
        go: { href: resume, word: t('back', { app }) },
      })
    },

    expired(frame: Frame, { resume, openMinutes }: ExpiredView): Html {
      const t = translate(frame.locale)
      return end(frame, {
        ...{ icon: 'clock', tone: 'calm', stage: 'stopped', help: 'row' },
        title: t(`expired.title.${frame.purpose}`),
        hint: t(`expired.hint.${frame.purpose}`, { count: openMinutes }),
        go: { href: resume, word: t(`again.${frame.purpose}`, { app: appOf(frame) }) },
      })
    },

    done(frame: Frame, { url, how }: DoneView): Html {
      const t = translate(frame.locale)
      const app = appOf(frame)
      const isEnded = how === 'ended'
      const titles = {
        proven: t('done.title'),
        passed: t('passed.title'),
        ended: t('ended.title', { app }),
      }
      return end(frame, {
        icon: isEnded ? 'right' : 'ok',
        tone: isEnded ? 'calm' : 'ok',
        stage: isEnded ? 'stopped' : 'done',
        title: titles[how],
        hint: isEnded ? t('ended.hint', { app }) : t('done.hint', { app }),
        go: { href: url, word: isEnded ? t('back', { app }) : t('done.go', { app }) },
        refresh: url,
        help: 'none',
      })
    },

    error(frame: Frame, { says, resume, again }: ErrorView): Html {
      const t = translate(frame.locale)
      const retry = again === null ? null : { href: again, word: t('retry') }
      const back = resume === null ? null : { href: resume, word: t('back', { app: appOf(frame) }) }
      const words = errorWords(t, says)
      // The link that was opened is good for a minute: later, one begins where one came from.
      const hint = retry && back ? t('error.later.hint.back') : words.hint
      return end(frame, {
        ...{ ...words, hint, stage: 'stopped' },
        ...{ go: retry ?? back, other: retry && back },
      })
    },
  }

  function appOf({ application }: Frame): string {
    return application ?? org
  }

  function end(frame: Frame, view: End): Html {
    const t = translate(frame.locale)
    const parts = createParts(templates, t)
    const { icon, tone, title, ways, retry, help } = view
    const rows: readonly Row[] =
      help === 'contacts'
        ? parts.contactRows(support)
        : help === 'row'
          ? parts.deskRow(support, frame.requestId, 'help')
          : []
    const body = templates.render('end', {
      ...{ tone, icon: ICONS[icon], title: phrase(title), hint: view.hint, go: view.go ?? null },
      other: view.other ?? null,
      choices: ways ? parts.choices(ways.form, ways.ways) : null,
      notices: view.asksWhose
        ? parts.notice({
            ...{ id: 'tries', tone: 'warn', title: t('tries.title'), hint: t('tries.body') },
          })
        : null,
      retry: retry ? { form: retry, word: t('retry'), isSecond: Boolean(ways) } : null,
      rows: parts.rows(rows),
      reference:
        help === 'none'
          ? null
          : {
              label: t('frame.request'),
              id: frame.requestId,
              time: moments.full(frame.now, frame.locale),
            },
    })
    return frameWith(deps, frame, {
      ...{ stage: { at: view.stage }, heading: title, body },
      ...(view.refresh === undefined ? {} : { refresh: view.refresh }),
    })
  }

  function blockWords(t: T, why: BlockedView['why'], hasWays: boolean): End {
    switch (why.block) {
      case 'no-contact':
        return {
          ...{ icon: 'nowhere', tone: 'calm', stage: 'stopped', help: 'contacts' },
          title: t('contact.title'),
          hint: t('contact.hint', { org }),
        }
      case 'channel-down':
        return {
          ...{ icon: 'warn', tone: 'warn', stage: 'choose', help: 'contacts' },
          title: t('channel.title'),
          hint: hasWays ? t('channel.hint.ways') : t('channel.hint'),
        }
      case 'factor-locked': {
        const { factor, until } = why
        const held = { icon: 'lock', tone: 'warn', asksWhose: true, help: 'contacts' } as const
        const stage = hasWays ? 'choose' : 'stopped'
        if (until === 'operator') {
          const hint = hasWays ? t('hard.hint') : t('hard.hint.only')
          return { ...held, stage, title: t(`hard.title.${factor}`), hint }
        }
        const hint = hasWays ? t(`locked.hint.${factor}`) : t('locked.hint.only')
        const title = t(`locked.title.${factor}`, { count: until.minutes })
        return { ...held, stage, title, hint }
      }
    }
  }

  function refusedTitle(t: T, why: RefusedView['why'], { purpose }: Frame, app: string): string {
    const isForAll = why === 'attempts-spent' || why === 'question-needed'
    return t(isForAll ? `refused.title.${why}` : `refused.title.${why}.${purpose}`, { app })
  }

  function refusedHint(t: T, why: RefusedView['why'], { purpose }: Frame, app: string): string {
    if (why === 'essential-acr-unmet') return t(`refused.hint.${why}`)
    return t(`refused.hint.${why}.${purpose}`, { app, org })
  }
}

type ErrorWords = Pick<End, 'icon' | 'tone' | 'title' | 'hint' | 'help'>

function errorWords(t: T, says: ErrorView['says']): ErrorWords {
  const row = { tone: 'calm', help: 'row' } as const
  switch (says) {
    case 'our-mistake':
      return {
        ...{ icon: 'warn', tone: 'danger', help: 'row' },
        title: t('error.title'),
        hint: t('error.hint'),
      }
    case 'try-again':
      return {
        ...row,
        icon: 'again',
        title: t('error.try-again.title'),
        hint: t('error.try-again.hint'),
      }
    case 'try-again-later':
      return {
        ...{ icon: 'warn', tone: 'warn', help: 'row' },
        title: t('error.later.title'),
        hint: t('error.later.hint'),
      }
    case 'not-understood':
      return {
        ...{ ...row, icon: 'alert' },
        title: t('error.not-understood.title'),
        hint: t('error.not-understood.hint'),
      }
    case 'too-large':
      return {
        ...row,
        icon: 'alert',
        title: t('error.too-large.title'),
        hint: t('error.too-large.hint'),
      }
    case 'client-unknown':
      return { ...row, icon: 'alert', title: t('error.client.title'), hint: t('error.client.hint') }
    case 'not-found':
      return { ...row, icon: 'nowhere', title: t('error.gone.title'), hint: t('error.gone.hint') }
    case 'expired':
      return {
        ...row,
        icon: 'clock',
        title: t('error.expired.title'),
        hint: t('error.expired.hint'),
      }
    case 'other-browser':
      return { ...row, icon: 'lock', title: t('error.other.title'), hint: t('error.other.hint') }
    case 'finished-elsewhere':
      return {
        ...{ icon: 'ok', tone: 'ok', help: 'none' },
        title: t('error.elsewhere.title'),
        hint: t('error.elsewhere.hint'),
      }
  }
}
