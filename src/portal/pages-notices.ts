import type { T } from '../i18n/index.ts'
import type { Notice } from './pages-parts.ts'
import { type Asking, isHanded, type Message } from './views.ts'

/** What the page says of the last move, and in how few words the title says it. */
export type Told = {
  readonly notice: Notice | null
  readonly state: string | undefined
  /** The field itself is to be corrected. */
  readonly isWrong: boolean
}

const NOTHING: Told = { notice: null, state: undefined, isWrong: false }

type Where = {
  /** Null on the choice and while enrolling. */
  readonly factor: Asking | null
  readonly page: 'choose' | 'challenge' | 'enrol' | 'manage'
  /** In words, where several fit. */
  readonly digits: number | string
  readonly hasOthers: boolean
  readonly org: string
}

export function told(t: T, message: Message, where: Where): Told {
  const { factor, page, digits, hasOthers, org } = where
  const sentBy = factor === null || factor === 'totp' || isHanded(factor) ? 'email' : factor
  switch (message.says) {
    case 'none':
      return NOTHING
    case 'wrong-enrol':
      return bad(t('wrong.enrol'), t('wrong.enrol.hint', { org }), t('wrong.enrol'), true)
    case 'wrong':
      // The same of one that is wrong, has run out, is dead or was never made.
      if (isHanded(factor))
        return bad(t('wrong.handed'), t('wrong.handed.hint'), t('wrong.handed.state'), true)
      return bad(
        t('wrong', { count: message.left }),
        message.left === 1 ? thenWhat(t, message.then, where) : null,
        t('wrong.state', { count: message.left }),
        true,
      )
    case 'spent':
      return bad(t('wrong.spent'), t('wrong.spent.hint'), t('wrong.spent'))
    case 'format':
      if (isHanded(factor)) return bad(t('format.handed'), null, t('format.handed.state'), true)
      return bad(t('format', { digits }), null, t('format.state', { digits }), true)
    case 'old':
      return bad(t('old'), null, t('old.state'))
    case 'send-failed':
      return bad(t('fail'), hasOthers ? t('fail.hint') : t('fail.hint.only'), t('fail.state'))
    case 'too-soon': {
      const hint = page === 'choose' ? t('soon.hint.chosen') : t('soon.hint')
      return careful(t('soon', { count: message.seconds }), hint, t('soon.state'))
    }
    case 'stale':
      return careful(t('stale'), t('stale.hint'), undefined)
    case 'code-gone':
      return careful(t('gone.handed'), t('gone.handed.hint'), undefined)
    case 'name-refused':
      return bad(t('app.name.refused'), t('app.name.refused.hint'), t('app.name.refused'))
    case 'apps-full':
      return careful(t('apps.full'), t('apps.full.hint'), undefined)
    case 'last-way':
      return careful(t('remove.last'), t('remove.last.hint'), undefined)
    case 'sent-again':
      return good(t(`sent.${sentBy}`))
    case 'code-replaced':
      return good(t(`replaced.${sentBy}`))
  }
}

/** Where a sign-in that began elsewhere may be somebody else's. */
export function fromElsewhere(t: T, place: string | null): Notice | null {
  if (place === null) return null
  return { id: 'from', tone: 'warn', title: t('from.title'), hint: t('from.body', { place }) }
}

type Then = Extract<Message, { says: 'wrong' }>['then']

function thenWhat(t: T, then: Then, { factor, hasOthers }: Where): string {
  if (then === 'new-code' || factor === null || isHanded(factor))
    return factor === 'totp' ? t('wrong.then.choose') : t('wrong.then.new-code')
  const minutes = t('minutes', { count: then.pauseMinutes })
  return hasOthers
    ? t(`wrong.then.pause.${factor}`, { minutes })
    : t(`wrong.then.pause.${factor}.only`, { minutes })
}

const bad = (title: string, hint: string | null, state: string, isWrong = false): Told => ({
  notice: { id: 'message', tone: 'danger', title, hint },
  state: state.replace(/[.。]$/, ''),
  isWrong,
})

const careful = (title: string, hint: string, state: string | undefined): Told => ({
  notice: { id: 'message', tone: 'warn', title, hint },
  state,
  isWrong: false,
})

const good = (title: string): Told => ({
  notice: { id: 'message', tone: 'ok', title, hint: null },
  state: undefined,
  isWrong: false,
})
