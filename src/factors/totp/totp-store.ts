import type { Id } from '../../kernel/index.ts'
import type { Enrolment } from '../../stepup/index.ts'

export type TotpStore = {
  /** By their places, each with the newest time step ever accepted for it (the confirming one at least). */
  find(account: Id<'account'>): Promise<readonly Enrolment[]>
}
