import { Gauge, type Registry } from 'prom-client'
import type { AuditEvent } from '../audit/index.ts'
import type { Clock, Instant } from '../kernel/index.ts'

const SLICE_MS = 60_000
const SLICES = 60
/** Some 4 MB at most. Where there are more, those that were hit longest ago are not counted. */
export const ACCOUNTS_MAX = 20_000

/**
 * Wrong answers over all accounts, in the last hour. Locks see one account at a time; this sees one guess at each of a
 * thousand, which no lock does.
 */
export function guessMetrics(
  registers: Registry[],
  clock: Clock,
): (events: readonly AuditEvent[]) => void {
  const slices = new Map<number, number>()
  /** In the order in which they were last hit. */
  const accounts = new Map<string, { readonly at: number; readonly isOpen: boolean }>()

  new Gauge({
    ...{ registers, name: 'sallyport_guesses' },
    help: 'Wrong answers of the last hour',
    collect() {
      forget(clock.now())
      this.set([...slices.values()].reduce((sum, count) => sum + count, 0))
    },
  })
  new Gauge({
    ...{ registers, name: 'sallyport_guesses_accounts' },
    help: `Accounts that wrong answers of the last hour were given for (${ACCOUNTS_MAX} is the most it shows)`,
    collect() {
      forget(clock.now())
      this.set(accounts.size)
    },
  })
  new Gauge({
    ...{ registers, name: 'sallyport_guesses_accounts_open' },
    help: 'Of these accounts, those that no right answer was given for since',
    collect() {
      forget(clock.now())
      this.set([...accounts.values()].filter(({ isOpen }) => isOpen).length)
    },
  })

  return (events) => {
    for (const event of events) {
      if (event.event !== 'answer.judged' || event.account === null) continue
      if (event.verdict === 'rejected') reject(event.account, event.at)
      if (event.verdict === 'accepted') accept(event.account)
    }
  }

  function reject(account: string, at: Instant): void {
    const slice = Math.floor(at / SLICE_MS)
    slices.set(slice, (slices.get(slice) ?? 0) + 1)
    accounts.delete(account)
    accounts.set(account, { at, isOpen: true })
    // Here as well, since nobody may ever ask for the metrics.
    forget(at)
  }

  /** Whoever mistypes gets it right soon; who guesses does not. */
  function accept(account: string): void {
    const hit = accounts.get(account)
    if (hit !== undefined) accounts.set(account, { ...hit, isOpen: false })
  }

  function forget(now: Instant): void {
    const oldest = Math.floor(now / SLICE_MS) - SLICES
    for (const slice of slices.keys()) if (slice <= oldest) slices.delete(slice)
    for (const [account, { at }] of accounts) {
      if (accounts.size <= ACCOUNTS_MAX && Math.floor(at / SLICE_MS) > oldest) break
      accounts.delete(account)
    }
  }
}
