import type { Lately } from '../../notices/index.ts'
import type { NoticeRow } from '../schema.ts'
import type { Told } from './operations.ts'

/** What the writer is asked for beside sign-ins: policy, trust and notices. */
export type AsideOperations = {
  'policy.apply'(of: {
    seen: number
    document: string
    people: readonly { readonly account: string; readonly settings: string }[]
    changed: readonly string[]
    told: readonly Told[]
    now: number
  }): 'applied' | 'stale' | 'unknown-account'
  /** Null takes the settings away. */
  'policy.set'(of: {
    account: string
    settings: string | null
    seen: { settings: string | null } | null
    told: readonly Told[]
  }): 'set' | 'unknown' | 'stale'
  'trust.revoke'(of: {
    account: string
    id: string | null
    series: string | null
    told: readonly Told[]
  }): number

  'notices.claim'(
    of: Pick<NoticeRow, 'id' | 'tries' | 'next_at'> & { readonly since: number },
  ): Lately | 'taken'
  'notices.settle'(of: { row: NoticeEndRow; told: readonly Told[] }): 'settled' | 'stale'
  'notices.forget'(of: { before: number; rows: number }): number
}

type NoticeEndRow = Pick<NoticeRow, 'id' | 'tries' | 'state' | 'remaining' | 'told_at'>
