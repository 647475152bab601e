import type { T } from '../i18n/index.ts'
import { never } from '../kernel/index.ts'
import type { NoticeMessage } from './channel.ts'

/** What only somebody with the password brings about. */
export const isSuspicious = ({ kind }: Pick<NoticeMessage, 'kind'>): boolean =>
  kind === 'locked' || kind === 'codes-unused'

/** What happened, as a heading says it. */
export function whatHappened(t: T, { kind, factor }: NoticeMessage): string {
  switch (kind) {
    case 'locked':
      if (factor === 'email') return t('notice.what.locked.email')
      if (factor === 'sms') return t('notice.what.locked.sms')
      return factor === 'totp' ? t('notice.what.locked.totp') : t('notice.what.locked.other')
    case 'codes-unused':
      return t('notice.what.codes-unused')
    case 'enrolled':
      return t('notice.what.enrolled')
    case 'removed':
      return t('notice.what.removed')
    case 'reset':
      return t('notice.what.reset')
    case 'contacts':
      return t('notice.what.contacts')
    case 'code-made':
      return factor === 'bind-code'
        ? t('notice.what.code-made.bind')
        : t('notice.what.code-made.bypass')
    case 'code-used':
      return t('notice.what.code-used')
    default:
      return never(kind)
  }
}
