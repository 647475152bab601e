import { type Html, html } from '../http/index.ts'
import type { T } from '../i18n/index.ts'
import type { OperatorCodeKind } from '../kernel/index.ts'
import { frameWith, type PagesDeps } from './pages-frame.ts'
import { fromElsewhere, told } from './pages-notices.ts'
import { createParts, type Row, tipsOf } from './pages-parts.ts'
import { phrase, strong } from './phrase.ts'
import { qrOf } from './qr.ts'
import {
  type Asking,
  type ChallengeView,
  type ChooseView,
  type EnrolView,
  type Frame,
  isHanded,
  type NetworkTrust,
} from './views.ts'

function trustIn(t: T, trust: ChallengeView['trust']) {
  if (trust === null) return null
  if (trust.by === 'network')
    return { isBox: false, isTicked: false, label: '', hint: networkHint(t, trust) }
  const { isTicked, hours } = trust
  const period = periodIn(t, hours)
  return { isBox: true, isTicked, label: t('trust.box', { period }), hint: t('trust.box.hint') }
}

const networkHint = (t: T, { hours }: NetworkTrust): string =>
  t('trust.network', { period: periodIn(t, hours) })

const periodIn = (t: T, hours: number): string =>
  hours % 24 === 0 ? t('days', { count: hours / 24 }) : t('hours', { count: hours })

const KEY_GROUP = /.{1,4}/g

/** The pages that ask something. */
export function askingPages(deps: PagesDeps) {
  const { templates, translate, setting } = deps
  const { org, support } = setting

  return {
    choose(frame: Frame, view: ChooseView) {
      const t = translate(frame.locale)
      const parts = createParts(templates, t)
      const where = { factor: null, page: 'choose', digits: 6, hasOthers: true, org } as const
      const { notice, state } = told(t, view.message, where)
      const body = templates.render('choose', {
        title: phrase(t('choose.title')),
        hint: t('choose.hint'),
        notices: [notice, fromElsewhere(t, view.signedInFrom)].map((it) => it && parts.notice(it)),
        choices: parts.choices(view.choose, view.ways),
        rows: parts.rows(parts.deskRow(support, frame.requestId, 'none')),
      })
      return frameWith(deps, frame, {
        ...{ stage: { at: 'choose' }, heading: t('choose.title'), error: state, body },
      })
    },

    challenge(frame: Frame, view: ChallengeView) {
      const t = translate(frame.locale)
      const parts = createParts(templates, t)
      const { factor, others, message, leadsTo } = view
      const digits = orAlso(view.digits, view.also.digits)
      const names = parts.names(others)
      const hasOthers = names !== ''
      const { notice, state, isWrong } = told(t, message, {
        ...{ factor, page: 'challenge', digits, hasOthers, org },
      })
      const isFirst = leadsTo === 'enrol'
      const to = strong(view.to ?? '')
      const isLetters = isHanded(factor)
      const heading =
        isFirst && !isLetters ? t('code.title.first', { to }) : t(`code.title.${factor}`)
      const rows: readonly Row[] = [
        ...parts.againRow(view),
        ...(hasOthers ? [parts.waysRow(view.ways, t('ways.title'), names)] : []),
        parts.tipsRow(t(`tips.title.${isLetters ? 'handed' : factor}`), tipsOf(t, org, view)),
        ...(isLetters ? parts.contactRows(support) : []),
      ]
      const body = templates.render('challenge', {
        title: phrase(heading),
        hint: phrase(whereFrom()),
        notices: [notice, fromElsewhere(t, view.signedInFrom)].map((it) => it && parts.notice(it)),
        form: view.answer,
        challenge: view.challenge,
        field: field(),
        trust: trustIn(t, view.trust),
        go: isFirst ? t('code.go.enrol') : t('code.go', { app: frame.application ?? org }),
        rows: parts.rows(rows),
      })
      return frameWith(deps, frame, {
        stage: { at: isFirst ? 'first' : 'code', by: factor },
        ...{ heading, error: state, body },
      })

      function orAlso(one: number, also: number | null): number | string {
        return also === null ? one : t('or', { one: also, other: one })
      }

      function field(): Html {
        const about = { isWrong, describedBy: notice === null ? [] : ['message'] }
        if (isLetters)
          return parts.letters({
            ...{ ...about, label: t(`code.label.${factor}`), hint: t('code.handed.hint') },
          })
        return parts.field({
          ...{ ...about, digits: view.digits, isFocused: true, isHeading: false },
          ...{ label: t('code.label', { digits }), hint: fieldHint(factor) },
        })
      }

      function whereFrom(): string {
        if (isHanded(factor)) return t(`code.${factor}.hint`)
        if (isFirst) return t('code.first.hint')
        return factor === 'totp' ? t('code.totp.hint', { org }) : t('code.sent', { to })
      }

      function fieldHint(asked: Exclude<Asking, OperatorCodeKind>): string {
        if (message.says === 'wrong') return t(`wrong.check.${asked}`)
        const tries = t('tries', { count: view.attemptsLeft })
        if (factor === 'totp') {
          const seconds = orAlso(view.periodSeconds, view.also.periodSeconds)
          return t('code.changes', { seconds, tries })
        }
        const minutes = t('minutes', { count: view.validMinutes })
        if (message.says === 'old') return t('code.valid.each', { minutes })
        return t('code.valid', { tries, minutes })
      }
    },

    enrol(frame: Frame, view: EnrolView) {
      const t = translate(frame.locale)
      const parts = createParts(templates, t)
      const { digits, key, provenBy } = view
      const names = parts.names(view.others)
      const where = { factor: null, page: 'enrol', digits, hasOthers: names !== '', org } as const
      const { notice, state, isWrong } = told(t, view.message, where)
      const heading = t(view.back === null ? 'enrol.title' : 'add.title')
      const isNameWrong = view.message.says === 'name-refused'
      const body = templates.render('enrol', {
        title: phrase(heading),
        hint: t(view.back === null ? 'enrol.hint' : 'add.hint'),
        notices: notice && parts.notice(notice),
        form: view.confirm,
        enrolment: view.enrolment,
        first: { title: t('enrol.1'), hint: t('enrol.1.hint') },
        second: {
          title: t('enrol.2'),
          open: t('enrol.open'),
          account: t('enrol.account'),
          type: t('enrol.type'),
          typeValue: t('enrol.type.value', { digits }),
          key: t('enrol.key'),
        },
        uri: view.uri,
        qr: qrOf(view.uri, t('enrol.qr')),
        account: view.account,
        key: key.match(KEY_GROUP) ?? [],
        field: parts.field({
          ...{ digits, isWrong, isFocused: notice !== null, isHeading: true },
          label: t('enrol.3'),
          hint: t('enrol.3.hint'),
          describedBy: notice === null ? [] : ['message'],
        }),
        trust: view.trust === null ? null : networkHint(t, view.trust),
        // One alone needs no name to be told from others.
        name:
          view.back &&
          parts.nameField({ value: view.written ?? '', isWrong: isNameWrong, isNeeded: false }),
        go: t(view.back === null ? 'enrol.go' : 'add.go'),
        back: view.back && { form: view.back, word: t('add.back') },
        rows:
          names === ''
            ? html``
            : parts.rows([parts.waysRow(view.ways, t('ways.title.enrol'), names)]),
      })
      return frameWith(deps, frame, {
        stage: view.back === null ? { at: 'enrol', provenBy } : { at: 'manage' },
        ...{ heading, error: state, body },
      })
    },
  }
}
