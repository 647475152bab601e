import type { Id } from '../../kernel/index.ts'
import type { Enrolment } from '../../stepup/index.ts'

export type TotpStore = {
  /** With the newest time step ever accepted for it (the confirming one at least). */
  find(account: Id<'account'>): Promise<Enrolment | undefined>
}
