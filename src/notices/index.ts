/**
 * What a person is told of besides codes: that somebody guesses or asks for codes in their name, and what was changed about how
 * they sign in. It owns how often, to whom and how long it is tried; it knows no gateway, no SQL, and decides nothing of a sign-in.
 */
export type { NoticeWay } from './judge.ts'
export {
  type Lately,
  NOTICE_KINDS,
  type Notice,
  type NoticeAbout,
  type NoticeEnd,
  type NoticeKind,
  type NoticeLane,
  type NoticeStore,
} from './notice-store.ts'
export { createNotifier, type NotifierDeps, type Way } from './notifier.ts'
