import type { T } from '../i18n/index.ts'
import { ICONS } from './icons.ts'
import { frameWith, type PagesDeps } from './pages-frame.ts'
import { told } from './pages-notices.ts'
import { createParts } from './pages-parts.ts'
import { phrase, strong, unmarked } from './phrase.ts'
import type { Frame, ManageView, Message, OneAppView, OwnApp } from './views.ts'

/** The pages on which people look after their own OTP apps. */
export function appPages(deps: PagesDeps) {
  const { templates, translate, moments, setting } = deps
  const { org } = setting

  return {
    manage(frame: Frame, { apps, add, done, message }: ManageView) {
      const t = translate(frame.locale)
      const parts = createParts(templates, t)
      const { notice, state } = toldOf(t, message)
      const body = templates.render('manage', {
        title: phrase(t('manage.title')),
        hint: t('manage.hint'),
        notices: notice && parts.notice(notice),
        none: apps.length === 0 ? t('manage.none') : null,
        apps: apps.map((app) => ({
          ...{ rename: app.rename, remove: app.remove, icon: ICONS.totp, title: nameOf(t, app) },
          hint: historyOf(t, frame, app),
          words: { rename: t('manage.rename'), remove: t('manage.remove') },
        })),
        add: add && { form: add, word: unmarked(t('add.title')) },
        full: add === null && message.says !== 'apps-full' ? t('apps.full') : null,
        done: { form: done, word: t('manage.done') },
      })
      return frameWith(deps, frame, {
        ...{ stage: { at: 'manage' }, heading: t('manage.title'), error: state, body },
      })
    },

    renameApp(frame: Frame, view: OneAppView) {
      const t = translate(frame.locale)
      const parts = createParts(templates, t)
      const { app, form, written, message, back } = view
      const { notice, state } = toldOf(t, message)
      const isWrong = message.says === 'name-refused'
      const value = written ?? nameOf(t, app)
      const body = templates.render('app', {
        title: phrase(t('rename.title')),
        hint: t('rename.hint'),
        notices: notice && parts.notice(notice),
        ...{ form, enrolment: app.enrolment },
        field: parts.nameField({ value, isWrong, isNeeded: true }),
        go: t('rename.go'),
        back: { href: back, word: t('rename.back') },
      })
      return frameWith(deps, frame, {
        ...{ stage: { at: 'manage' }, heading: t('rename.title'), error: state, body },
      })
    },

    removeApp(frame: Frame, view: OneAppView) {
      const t = translate(frame.locale)
      const parts = createParts(templates, t)
      const { app, form, message, back } = view
      const { notice } = toldOf(t, message)
      const heading = t('remove.title', { name: strong(nameOf(t, app)) })
      const isLast = message.says === 'last-way'
      const body = templates.render('app', {
        title: phrase(heading),
        hint: t('remove.hint'),
        notices: notice && parts.notice(notice),
        form: isLast ? null : form,
        ...{ enrolment: app.enrolment, field: null, go: t('remove.go') },
        back: { href: back, word: isLast ? t('rename.back') : t('remove.keep') },
      })
      return frameWith(deps, frame, { stage: { at: 'manage' }, heading, body })
    },
  }

  function toldOf(t: T, message: Message) {
    const where = { factor: null, page: 'manage', digits: 6, hasOthers: false, org } as const
    return told(t, message, where)
  }

  function historyOf(t: T, { locale }: Frame, { at, usedAt }: OwnApp): string {
    const added = moments.day(at, locale)
    if (usedAt === null) return t('manage.unused', { added })
    return t('manage.used', { added, used: moments.day(usedAt, locale) })
  }
}

const nameOf = (t: T, { name, place }: OwnApp): string =>
  name ?? (place === 1 ? t('app.first') : t('app.other', { place }))
