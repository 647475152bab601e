/**
 * Who the subject is: one interface for every place where people are kept, the chain that asks them in the client's
 * order, and the local people that operators manage. It owns what a name, a phone number and an address may be.
 * It refuses to guess: two hits, an unparseable number or a silent directory is an answer of its own, never a person.
 * It knows nothing of clients, step-ups, factors or SQL.
 */
export { type AccountOf, createAccountOf } from './account-of.ts'
export type {
  Account,
  AccountKey,
  AccountStore,
  AccountView,
  ListedAccount,
  Named,
  OwnContacts,
  UnseenMark,
} from './account-store.ts'
export { createCachedDirectory } from './cached.ts'
export type { CodeStore } from './code-store.ts'
export { type CompanyPeople, createCompanyPeople } from './company-people.ts'
export type { Answer, Directory, DisabledReason, How, Person, Query, Told } from './directory.ts'
export type {
  Answers,
  GivenCode,
  HandedCodes,
  HelpDesk,
  Problems,
  Shown,
  ShownAccount,
  Whom,
} from './help-desk.ts'
export type { ImportLine } from './import-people.ts'
export { createFindLeavers } from './leavers.ts'
export { createLocalDirectory } from './local.ts'
export { createPeople, type People } from './people.ts'
export type {
  By,
  HelpDeskView,
  LocalPerson,
  PeopleStore,
  Summary,
  UnlockLimits,
} from './people-store.ts'
export { createJudgeText, type Textable } from './phone.ts'
export { createResolve } from './resolve.ts'
export { createRoutes } from './routes.ts'
export { createWithAccounts } from './with-accounts.ts'
