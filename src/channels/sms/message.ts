import type { Translate } from '../../i18n/index.ts'
import type { CodeMessage } from '../channel.ts'
import { plain } from '../plain.ts'

export type RenderCodeText = (message: CodeMessage) => string

/** A message is paid for by its length. */
export const NAME_MAX = 40
const MINUTE = 60_000

/** The last line binds the code to our host: phones offer it on no other page (`@host #code`). */
export function createCodeText(
  translate: Translate,
  { org, host }: { readonly org: string; readonly host: string },
): RenderCodeText {
  return ({ locale, code, application, validUntil, askedAt }) => {
    const t = translate(locale)
    const words = { code, app: plain(application, NAME_MAX), org: plain(org, NAME_MAX) }
    // Rounded down: it never says more than there is.
    const count = Math.max(1, Math.floor((validUntil - askedAt) / MINUTE))
    return `${t('sms.text', { ...words, count })}\n${t('sms.bound', { host, code })}`
  }
}
