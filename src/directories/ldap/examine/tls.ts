import type { Instant } from '../../../kernel/index.ts'
import type { TlsFacts } from '../servers/tls-facts.ts'
import type { Told } from '../servers/trouble.ts'
import type { Notes } from './notes.ts'
import { spanOf, writtenTime } from './times.ts'

/** Below it somebody has to see to a new certificate. */
const DAYS_MIN = 21
const DAY_MS = 86_400_000
const NAMES_MAX = 8

/** How it is secured, and with what. */
export function tellTls(tls: TlsFacts, { tell }: Notes, now: Instant): void {
  const { version, subject, names, issuer, validUntil } = tls
  const days = Math.floor((validUntil - now) / DAY_MS)
  const left = days === 1 ? '1 day left' : `${days} days left`
  const until = writtenTime(validUntil)
  tell('TLS', version)
  tell('certificate', `${subject}, ${days < 0 ? 'expired' : left} (until ${until})`)
  tell('valid for', names.slice(0, NAMES_MAX).join(', ') || 'nobody by name')
  tell('signed by', issuer)
}

/** Undefined where it is good by our clock: which may be the one that is wrong. */
export function outOfTime({ validFrom, validUntil }: TlsFacts, now: Instant): Told | undefined {
  const ours = `our clock says ${writtenTime(now)}`
  if (now < validFrom)
    return {
      says: `its certificate is not valid yet: it begins at ${writtenTime(validFrom)}, and ${ours}`,
      key: null,
      wanted:
        'if that is not the time now, set the clock of this machine by NTP. If it is, the certificate was made on a machine whose clock is wrong: have it made anew',
    }
  if (now > validUntil)
    return {
      says: `its certificate has expired: it ended at ${writtenTime(validUntil)}, and ${ours}`,
      key: null,
      wanted:
        'have it renewed there. If that is not the time now, it is the clock of this machine: set it by NTP',
    }
  return undefined
}

/** A certificate above the server's own is not seen by us. */
export const authorityOutOfTime = (says: string, now: Instant): Told => ({
  says: `${says}, though the server's own is good: it is that of an authority above it; our clock says ${writtenTime(now)}`,
  key: 'tls.caFile',
  wanted: 'the authority as it was renewed, and have the server show the renewed one too',
})

export function endsSoon({ validUntil }: TlsFacts, now: Instant): Told | undefined {
  const seconds = (validUntil - now) / 1000
  if (seconds < 0 || seconds >= (DAYS_MIN * DAY_MS) / 1000) return undefined
  return {
    says: `its certificate ends in ${spanOf(seconds)}, at ${writtenTime(validUntil)}`,
    key: null,
    wanted: 'have it renewed there: when it ends, everybody of this directory is refused',
  }
}
