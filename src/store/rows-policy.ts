import { instantOf } from '../kernel/index.ts'
import type { AppliedPolicy, OwnSettings } from '../policy/index.ts'
import { idIn, personSettingsIn, policySettingsIn } from './rows.ts'

type PolicyRow = {
  readonly version: number
  readonly document: string | null
  readonly applied_at: number | null
}

/** No row: nothing was ever changed. */
export function appliedPolicyIn(row: PolicyRow | undefined): AppliedPolicy {
  return {
    version: row?.version ?? 0,
    settings: row?.document == null ? null : policySettingsIn(row.document),
    appliedAt: row?.applied_at == null ? null : instantOf(row.applied_at),
  }
}

export function ownSettingsIn(row: {
  readonly account: string
  readonly directory: string
  readonly username: string | null
  readonly settings: string
}): OwnSettings {
  const { account, directory, username, settings } = row
  return {
    ...{ account: idIn('account', account), directory, username },
    settings: personSettingsIn(settings),
  }
}

export const settingsIn = (json: string | null | undefined) =>
  json == null ? null : personSettingsIn(json)
