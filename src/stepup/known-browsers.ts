import { type Instant, KNOWN_BROWSERS_MAX } from '../kernel/index.ts'
import type { Lane } from './step-up.ts'
import type { Standing } from './step-up-store.ts'

/** As long as the cookie that names it lives, which each success renews. */
export const KNOWN_BROWSER_RULE = { days: 90, browsersMax: KNOWN_BROWSERS_MAX } as const

/**
 * Where the answers of this request are counted. A browser in which the account completed a factor has a lane of its own,
 * which nobody without its cookie can use up. The cookie of somebody else's browser is nothing: it is known with an account.
 */
export function laneOf(
  asked: { readonly lane: 'signed' | 'unsigned' },
  { knownBrowsers }: Pick<Standing, 'knownBrowsers'>,
  browser: string,
  now: Instant,
): Lane {
  if (asked.lane === 'unsigned') return 'unsigned'
  const since = knownSince(now)
  const isKnown = knownBrowsers.some((known) => known.browser === browser && known.at > since)
  return isKnown ? `browser:${browser}` : 'signed'
}

/** What completed its factor at or before this is known no more. */
export const knownSince = (now: Instant): number => now - KNOWN_BROWSER_RULE.days * 24 * 3_600_000
