import type { ChangeMessage, EndingMessage } from './operations.ts'

/** What the writer is asked to do about the OTP apps that a person keeps. */
export type AppOperations = {
  'stepUps.renameApp'(of: {
    change: ChangeMessage
    account: string
    id: string
    name: string
  }): 'renamed' | 'stale' | 'unknown'
  'stepUps.removeApp'(of: {
    change: ChangeMessage
    account: string
    id: string
    /** One of these has to stay; null: none has to. */
    instead: readonly string[] | null
    ending: EndingMessage
    /** What a notice says of the step-up. */
    about: string
  }): {
    readonly heard: 'removed' | 'stale' | 'unknown' | 'last'
    readonly events: readonly string[]
  }
}
