import { type Instant, LOCALES, type Locale } from '../kernel/index.ts'
import { fill } from './fill.ts'
import { languageOf } from './language.ts'

export type Moments = {
  /** 14:07 */
  time(at: Instant, locale: Locale): string
  /** 25 November 2026 */
  day(at: Instant, locale: Locale): string
  /** 14:02 on 25 November 2026 (UTC+8) */
  full(at: Instant, locale: Locale): string
}

/** Times as people of the operator's zone read them. */
export function createMoments(timeZone: string): Moments {
  const make = (options: Intl.DateTimeFormatOptions) => {
    const formats = new Map(
      LOCALES.map((locale) => {
        const { dates } = languageOf(locale)
        return [locale, new Intl.DateTimeFormat(dates, { timeZone, ...options })] as const
      }),
    )
    return (at: Instant, locale: Locale) => formats.get(locale)?.format(at) ?? ''
  }
  const time = make({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const day = make({ day: 'numeric', month: 'long', year: 'numeric' })
  const zone = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'shortOffset' })

  return {
    time,
    day,
    full(at, locale) {
      const parts = { time: time(at, locale), date: day(at, locale), offset: offsetAt(at) }
      return fill(languageOf(locale).words['moment.full'], parts)
    },
  }

  function offsetAt(at: Instant): string {
    const name = zone.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
    return name.replace('GMT', 'UTC')
  }
}
