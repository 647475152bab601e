import type { Instant, Locale } from '../kernel/index.ts'

export type Moments = {
  /** 14:07 */
  time(at: Instant, locale: Locale): string
  /** 25 November 2026 */
  day(at: Instant, locale: Locale): string
  /** 14:02 on 25 November 2026 (UTC+8) */
  full(at: Instant, locale: Locale): string
}

const TAG = { en: 'en-GB', 'zh-CN': 'zh-CN' } as const

/** Times as people of the operator's zone read them. */
export function createMoments(timeZone: string): Moments {
  const make = (options: Intl.DateTimeFormatOptions) => ({
    en: new Intl.DateTimeFormat(TAG.en, { timeZone, ...options }),
    'zh-CN': new Intl.DateTimeFormat(TAG['zh-CN'], { timeZone, ...options }),
  })
  const clock = make({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const day = make({ day: 'numeric', month: 'long', year: 'numeric' })
  const zone = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'shortOffset' })

  return {
    time: (at, locale) => clock[locale].format(at),
    day: (at, locale) => day[locale].format(at),
    full: (at, locale) => {
      const [time, date, offset] = [clock[locale].format(at), day[locale].format(at), offsetAt(at)]
      return locale === 'zh-CN' ? `${date} ${time}（${offset}）` : `${time} on ${date} (${offset})`
    },
  }

  function offsetAt(at: Instant): string {
    const name = zone.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
    return name.replace('GMT', 'UTC')
  }
}
