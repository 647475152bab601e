import type { UnlockLimits } from '../../directories/index.ts'
import type { AccountRow, OperatorCodeRow, PersonRow, Schema } from '../schema.ts'
import type { EndingMessage, EnrolmentMessage, Keeping, Spare, Told } from './operations.ts'

/** With the events of the step-ups that ended on the way. */
type Ended<Heard extends string> = { readonly heard: Heard; readonly events: readonly string[] }

/** What the writer is asked to do about people, accounts of those who are kept elsewhere, and codes handed out to either. */
export type PeopleOperations = {
  'people.add'(of: {
    people: readonly { readonly row: PersonRow; readonly enrolment: EnrolmentMessage | null }[]
    told: readonly Told[]
  }): { readonly heard: 'added' } | { readonly heard: 'exists'; readonly nameKeys: string[] }
  'people.set'(of: {
    row: PersonRow
    seen: PersonRow | null
    ending: EndingMessage
    told: readonly Told[]
  }): Ended<'set' | 'unknown' | 'exists' | 'stale'>
  'people.remove'(of: {
    account: string
    ending: EndingMessage
    told: readonly Told[]
  }): Ended<'removed' | 'unknown'>
  'people.erase'(of: {
    directory: string
    account: string
    ending: EndingMessage
    told: readonly Told[]
  }): Ended<'erased' | 'unknown'>
  'people.eraseGone'(of: {
    before: number
    at: number
    /** As many as may be erased. */
    spares: readonly Spare[]
  }): { readonly erased: number; readonly events: readonly string[] }
  'people.resetFactor'(of: {
    account: string
    factor: string
    /** One alone; null: all of them. */
    enrolment: string | null
    ending: EndingMessage
    told: readonly Told[]
  }): Ended<'reset' | 'unknown'>
  'people.unlock'(of: {
    account: string
    factor: string | null
    limits: UnlockLimits
    now: number
    told: readonly Told[]
  }): 'unlocked' | 'not-locked'

  /** The account is taken where there is none yet. Of three events at most. */
  'accounts.know'(
    of: Pick<Schema['accounts'], 'account' | 'directory' | 'immutable_id'> &
      Readonly<{ name_key: string; now: number; spares: readonly [Spare, Spare, Spare] }>,
  ): { readonly row: AccountRow; readonly events: readonly string[] }
  'accounts.setContacts'(of: {
    directory: string
    account: string
    emails: string
    phones: string
    seen: { emails: string; phones: string } | null
    ending: EndingMessage
    told: readonly Told[]
  }): Ended<'set' | 'unknown' | 'stale'>
  'accounts.leave'(of: {
    account: string
    seen_at: number
    now: number
    spare: Spare
  }): Ended<'left' | 'seen-since'>

  'codes.give'(of: {
    row: OperatorCodeRow
    keeping: Keeping
    told: readonly Told[]
  }): 'given' | 'enrolled' | 'account-gone'
  'codes.revoke'(of: {
    account: string
    kind: string
    told: readonly Told[]
  }): 'revoked' | 'unknown'
}
