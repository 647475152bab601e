import type {
  Account,
  AccountView,
  HelpDeskView,
  ListedAccount,
  LocalPerson,
  Summary,
} from '../directories/index.ts'
import { instantOf, LOCALES } from '../kernel/index.ts'
import { factorsIn, idIn, sendsIn, talliesIn, textsIn, wordIn } from './rows.ts'
import { operatorCodesIn } from './rows-codes.ts'
import type { AccountRow, PersonRow } from './schema.ts'

/** Rows of people as values: the same on every engine. */
export function personIn(row: PersonRow): LocalPerson {
  const { directory, username, name_key, display_name, locale } = row
  return {
    account: idIn('account', row.account),
    directory,
    username,
    nameKey: name_key,
    displayName: display_name,
    emails: textsIn(row.emails),
    phones: textsIn(row.phones),
    locale: locale === null ? null : wordIn(LOCALES, locale),
    state: wordIn(['enabled', 'disabled'], row.state),
    createdAt: instantOf(row.created_at),
  }
}

export function summaryIn(row: PersonRow & { readonly factors: string }): Summary {
  return { ...personIn(row), factors: factorsIn(row.factors) }
}

type HeldUp = { readonly tallies: string; readonly sends: string; readonly codes: string }

const heldUpIn = ({ tallies, sends, codes }: HeldUp) => ({
  tallies: talliesIn(tallies),
  sends: sendsIn(sends),
  codes: operatorCodesIn(codes),
})

export function helpDeskViewIn(row: Parameters<typeof summaryIn>[0] & HeldUp): HelpDeskView {
  return { ...summaryIn(row), ...heldUpIn(row) }
}

export function accountIn(row: AccountRow): Account {
  return {
    account: idIn('account', row.account),
    nameKey: row.name_key,
    contacts: { emails: textsIn(row.emails), phones: textsIn(row.phones) },
    seenAt: instantOf(row.seen_at),
    goneAt: row.gone_at === null ? null : instantOf(row.gone_at),
  }
}

export type ListedRow = AccountRow & {
  readonly directory: string
  readonly immutable_id: string
  readonly factors: string
}

export function listedAccountIn(row: ListedRow): ListedAccount {
  const { directory, immutable_id: immutableId } = row
  return { ...accountIn(row), directory, immutableId, factors: factorsIn(row.factors) }
}

export function accountViewIn(row: ListedRow & HeldUp): AccountView {
  return { ...listedAccountIn(row), ...heldUpIn(row) }
}
